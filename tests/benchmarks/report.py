"""Turns the figures of one benchmark run, ours and the peers', into a table in Markdown."""
import json
import platform
import sys
from datetime import date


def main(ours_file, peers_file):
    best, peak = {}, {}
    for row in json.load(open(ours_file))["benchmarks"]:
        if row["run_type"] != "iteration":
            continue
        name = row["name"].split("/")[0]
        best[name] = min(best.get(name, 1e9), row["real_time"] / 1000)
        peak[name] = max(peak.get(name, 0), row["peak_mb"])
    peers = [json.loads(line) for line in open(peers_file)]

    def peer(start):
        return next(p for p in peers if p["peer"].startswith(start))

    read, sar, svd = peer("pandas"), peer("recommenders"), peer("surprise")
    rows = [
        ("Import of the CSV", best["import_csv"], peak["import_csv"], "pandas.read_csv", read["read_s"], read["peak_mb"]),
        ("SAR: fit", best["sar_fit"], peak["sar_fit"], "Recommenders", sar["fit_s"], sar["peak_mb"]),
        ("SAR: top 10 of all users", best["sar_top10_all_users"], peak["sar_top10_all_users"], "Recommenders",
         sar["top10_all_users_s"], sar["peak_mb"]),
        ("SAR: both", best["sar_fit"] + best["sar_top10_all_users"],
         max(peak["sar_fit"], peak["sar_top10_all_users"]), "Recommenders", sar["fit_s"] + sar["top10_all_users_s"],
         sar["peak_mb"]),
        ("SVD: fit, 100 factors, 20 epochs", best["svd_fit_f100_20_epochs"], peak["svd_fit_f100_20_epochs"], "Surprise",
         svd["fit_s"], svd["peak_mb"]),
    ]
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
               platform.machine())
    print("## Models\n")
    print(f"{date.today()}, {cpu}, 2 threads. 973,997 interactions of 6,040 users with 3,706 items; SAR: Jaccard, "
          "half-life 30 days. Best of three, ours and the peers in one run; memory is the peak of the whole process. "
          "The peer's top 10 is measured on 2,000 users and scaled up.\n")
    print("| | Tastebench | peer | seconds of the peer | times faster | memory, MB | of the peer |")
    print("|---|---|---|---|---|---|---|")
    for name, seconds, memory, who, theirs, their_memory in rows:
        print(f"| {name} | {seconds:.3f} s | {who} | {theirs:.3f} s | {theirs / seconds:.1f} | {memory:.0f} "
              f"| {their_memory:.0f} |")


main(*sys.argv[1:])
