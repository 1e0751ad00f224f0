"""Turns the figures on data of 20 million rows, ours and pandas', into a table in Markdown."""
import json
import platform
import sys
from datetime import date


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
    peer = min(run["read_and_factorize_s"] for run in pandas)
    seconds = imported["import_csv"]
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
               platform.machine())
    print("## Data\n")
    print(f"{date.today()}, {cpu}, 2 threads. {pandas[0]['rows']:,} rows of 138,493 users with 26,744 items "
          "(gen_interactions.py, seed 2). Best of three (opening: of five), ours and the peer in one run; memory is "
          "the peak of the whole process.\n")
    print(f"{pandas[0]['peer']}, read_csv and factorize of users and items: {peer:.2f} s, "
          f"{pandas[0]['peak_mb']:,} MB.\n")
    print("| | Tastebench | against pandas | memory, MB |")
    print("|---|---|---|---|")
    print(f"| CSV read and stored in the workspace | {seconds:.2f} s | {peer / seconds:.1f} times faster | "
          f"{import_peak['import_csv']:.0f} |")
    opened = ours["open_workspace"]
    print(f"| opened again from the workspace | {opened:.3f} s | 1/{peer / opened:.0f} of it; 1/{seconds / opened:.0f} "
          f"of our import | {peak['open_workspace']:.0f} |")
    names = {"split/random": "split: random, with validation", "split/chrono": "split: chronological in each user",
             "split/stratified": "split: random in each user", "split/global": "split: chronological over all",
             "split/leave_one_out": "split: leave last out", "split/five_folds": "split: fold of five",
             "split/users": "split: whole users", "checks": "checks of a split",
             "statistics": "all figures of the data page"}
    for name, title in names.items():
        print(f"| {title} | {ours[name]:.2f} s | | {peak[name]:.0f} |")


main(*sys.argv[1:])
