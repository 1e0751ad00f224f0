"""Turns the rates of the networks, ours and PyTorch's, into a table in Markdown, as far as they have been measured.

    report_neural.py FOLDER      neural.CASE.ours.json, neural.peers.jsonl and neural.machine.json, as `run` leaves them
"""
import json
import sys
from pathlib import Path

# What is shown, our case, the peer's line, how many times its rate is wanted, what limits ours (by perf).
ROWS = [
    ("NeuMF, 8 factors, 64-32-16-8, batch 256", "ncf_256", "torch neumf batch 256", 10,
     "the optimiser's step on rows, and drawing samples"),
    ("NeuMF, batch 4096", "ncf_4096", "torch neumf batch 4096", 2,
     "products of narrow layers, and steps on rows"),
    ("Wide&Deep, 26 categories x 10, 13 numbers, 256-256, batch 256", "widedeep_256", "torch wdl batch 256", 5,
     "products of the layers"),
    ("Wide&Deep, batch 4096", "widedeep_4096", "torch wdl batch 4096", 2,
     "products of the layers"),
    ("DeepFM, the same, batch 256", "deepfm_256", "torch deepfm batch 256", 5,
     "products of the layers"),
    ("DeepFM, batch 4096", "deepfm_4096", "torch deepfm batch 4096", 2,
     "products of the layers"),
    ("xDeepFM, the same, CIN 128-128, batch 256", "xdeepfm_256", "torch xdeepfm batch 256", 4,
     "products of the interactions"),
    ("DKN, titles of 10 words, histories of 30, 100 filters x 1, 2, 3, batch 100", "dkn_100", "torch dkn batch 100", 5,
     "products of the convolutions, then the choice of maxima"),
]


MOST_MEMORY = 0.1  # of PyTorch's


def read(folder):
    """Fastest rate and least memory of each of our cases and of each of the peer's lines."""
    ours, peers, dates = {}, {}, set()
    rows = []
    for file in sorted(folder.glob("neural.*.ours.json")):
        whole = json.loads(file.read_text() or "{}")
        dates.add(whole.get("context", {}).get("date", "")[:10])
        rows += whole.get("benchmarks", [])
    for row in rows:
        if row.get("run_type") != "iteration" or row.get("error_occurred"):
            continue
        best = ours.setdefault(row["name"].split("/")[0], dict(row))
        if row["samples_per_s"] > best["samples_per_s"]:
            best.update(row)
    for text in (folder / "neural.peers.jsonl").read_text().splitlines():
        line = json.loads(text)
        best = peers.setdefault(line["peer"], line)
        if line["samples_per_s"] > best["samples_per_s"]:
            best.update(line)
    return ours, peers, ", ".join(sorted(dates - {""}))


def auc(line):
    return f"{line['auc']:.4f}" if line.get("auc") else ""


def memory(share):
    return f"{100 * share:.0f} %: {'met' if share <= MOST_MEMORY else '**not met**'}"


def main(folder):
    folder = Path(folder)
    ours, peers, date = read(folder)
    machine = json.loads((folder / "neural.machine.json").read_text())
    print("## Networks: speed\n")
    print(f"{date}, {machine['cpu']}, {machine['threads']} threads, PyTorch's networks (peers_torch.py) in the same run, the best "
          "of the runs of each. Samples a second of the training passes alone. Share of the peak: of "
          f"{machine['gflops']:.0f} GFLOP/s that Eigen's product of large matrices reaches on both threads with AVX-512, by "
          "the operations of a plain implementation: our products use AVX-512 where the processor has it, xDeepFM has one "
          "weight for two fields in either order, and DKN reads each title of a batch once. Memory is the peak of the whole process, data included, "
          "and wanted to be a tenth of PyTorch's at most; AUC after one pass over 80,000 clicks of gen_ctr.py, on the last "
          "fifth. What limits each is where a profile finds most of its time.\n")
    print("| | Tastebench | PyTorch | times faster | wanted | share of the peak | memory, MB | PyTorch's | share of it | AUC | "
          "PyTorch's | limited by |")
    print("|" + 12 * "---|")
    for label, case, who, wanted, limit in ROWS:
        mine, theirs = ours.get(case), peers.get(who)
        if not mine or not theirs:
            continue
        ratio = mine["samples_per_s"] / theirs["samples_per_s"]
        verdict = "met" if ratio >= wanted else "**not met**"
        peak = mine["samples_per_s"] * mine["flops_per_sample"] / 1e9 / machine["gflops"]
        print(f"| {label} | {mine['samples_per_s']:,.0f} | {theirs['samples_per_s']:,.0f} | {ratio:.1f} | {wanted}: "
              f"{verdict} | {100 * peak:.0f} % | {mine['peak_mb']:.0f} | {theirs['peak_mb']} | "
              f"{memory(mine['peak_mb'] / theirs['peak_mb'])} | {auc(mine)} | {auc(theirs)} | {limit} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
