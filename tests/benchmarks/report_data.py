"""Turns the figures on data of 20 million rows, ours and pandas', into a table in Markdown."""
import json
import platform
import sys


def best(file):
    seconds, peak = {}, {}
    for row in json.load(open(file))["benchmarks"]:
        if row["run_type"] != "iteration":
            continue
        name = "/".join(part for part in row["name"].split("/") if ":" not in part and part != "manual_time"
                        and part != "real_time")
        seconds[name] = min(seconds.get(name, 1e9), row["real_time"] / 1000)
        peak[name] = max(peak.get(name, 0), row["peak_mb"])
    return seconds, peak


def main(folder):
    imported, import_peak = best(f"{folder}/import.json")
    ours, peak = best(f"{folder}/data.json")
    pandas = [json.loads(line) for line in open(f"{folder}/pandas.jsonl")]
    peers = {}
    for run in pandas:
        fastest, memory = peers.get(run["peer"], (1e9, 0))
        peers[run["peer"]] = (min(fastest, run["read_and_factorize_s"]), max(memory, run["peak_mb"]))
    seconds = imported["import_csv"]
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
               platform.machine())
    measured = json.load(open(f"{folder}/import.json"))["context"]["date"][:10]
    print("## Data\n")
    print(f"{measured}, {cpu}, 2 threads. {pandas[0]['rows']:,} rows of 138,493 users with 26,744 items "
          "(gen_interactions.py, seed 2). Best of three (opening: of five), ours and the peer in one run; memory is "
          "the peak of the whole process.\n")
    print("| | Tastebench |" + "".join(f" {name} |" for name in peers) + " memory, MB |")
    print("|---|---|" + "---|" * len(peers) + "---|")
    print("| read_csv and factorize of users and items | |" +
          "".join(f" {time:.2f} s, {memory:,} MB |" for time, memory in peers.values()) + " |")
    print(f"| CSV read and stored in the workspace | {seconds:.2f} s |" +
          "".join(f" {time / seconds:.1f} times as fast |" for time, _ in peers.values()) +
          f" {import_peak['import_csv']:.0f} |")
    opened = ours["open_workspace"]
    print(f"| opened again: 1/{seconds / opened:.0f} of our import | {opened:.3f} s |" +
          "".join(f" 1/{time / opened:.0f} |" for time, _ in peers.values()) + f" {peak['open_workspace']:.0f} |")
    names = {"split/random": "split: random, with validation", "split/chrono": "split: chronological in each user",
             "split/stratified": "split: random in each user", "split/global": "split: chronological over all",
             "split/leave_one_out": "split: leave last out", "split/five_folds": "split: fold of five",
             "split/users": "split: whole users", "checks": "checks of a split",
             "statistics": "all figures of the data page"}
    for name, title in names.items():
        print(f"| {title} | {ours[name]:.2f} s |" + " |" * len(peers) + f" {peak[name]:.0f} |")


main(*sys.argv[1:])
