"""Turns the figures of the models, ours and the peers', into tables in Markdown, as far as they have been measured.

    report_models.py FOLDER      SIZE.FAMILY.ours.json, SIZE.FAMILY.peers.jsonl and machine.json, as `run` leaves them
"""
import json
import sys
from pathlib import Path

SETS = {"1m": "973,997 interactions of 6,040 users with 3,706 items",
        "20m": "19,994,935 interactions of 138,493 users with 26,744 items"}

# What is shown, our cases, the peer's line, its figures, the factor to be reached, what limits ours.
ROWS = [
    ("SAR, Jaccard, 30 days, exact: fit and top 10", ("sar/fit", "sar/top10"), "recommenders sar",
     ("fit_s", "top10_all_users_s"), 20, "additions to counts and scores scattered over the caches"),
    ("SAR, 100 neighbours: fit and top 10", ("sar100/fit", "sar100/top10"), "implicit cosine",
     ("fit_s", "top10_all_users_s"), 3, "additions scattered over the caches"),
    ("Item KNN, cosine, 100 neighbours: fit and top 10", ("itemknn/fit", "itemknn/top10"), "implicit cosine",
     ("fit_s", "top10_all_users_s"), 3, "additions scattered over the caches"),
    ("Implicit ALS, 64 factors, 15 iterations, CG", ("ials_cg/fit",), "implicit als f64", ("fit_s",), 1.5,
     "reading the gathered rows of factors"),
    ("Implicit ALS, 64 factors, 15 iterations, Cholesky", ("ials_cholesky/fit",), "implicit als-cholesky", ("fit_s",),
     2.5, "arithmetic"),
    ("Explicit ALS, 10 factors, 15 iterations", ("als/fit",), "lenskit BiasedMF", ("fit_s",), 3, "gathering short rows"),
    ("Explicit ALS, 10 factors, 15 iterations", ("als/fit",), "spark als rank 10", ("fit_s",), 50,
     "gathering short rows"),
    ("SVD, 100 factors, 20 epochs", ("svd/fit",), "surprise svd", ("fit_s",), 15, "reading and writing rows of factors"),
    ("SVD, 100 factors, 20 epochs", ("svd/fit",), "cornac mf", ("fit_s",), 3, "reading and writing rows of factors"),
    ("BPR, 64 factors, 20 epochs", ("bpr/fit",), "implicit bpr", ("fit_s",), 2, "reading and writing rows of factors"),
    ("BPR, 64 factors, 20 epochs", ("bpr/fit",), "cornac bpr", ("fit_s",), 4, "reading and writing rows of factors"),
    ("Top 10 of all users, 64 factors", ("ials_cg/top10",), "implicit als f64", ("top10_all_users_s",), 2,
     "arithmetic, then the choice of the best"),
]
FEWEST_SAMPLES = 30  # times PyTorch's, batch 256
MOST_MEMORY = 4096  # MB, where the peer fails for memory


def read_size(folder, size):
    """Best seconds, work and counters of each of our cases, and the peers' lines."""
    ours, peers, dates = {}, [], set()
    for file in sorted(folder.glob(f"{size}.*.ours.json")):
        whole = json.loads(file.read_text() or "{}")
        dates.add(whole.get("context", {}).get("date", "")[:10])
        for row in whole.get("benchmarks", []):
            if row.get("run_type") != "iteration" or row.get("error_occurred"):
                continue
            name = "/".join(row["name"].split("/")[:2])
            best = ours.setdefault(name, dict(row, seconds=1e99, peak=0))
            if row["real_time"] / 1000 < best["seconds"]:
                best.update(row, seconds=row["real_time"] / 1000)
            best["peak"] = max(best["peak"], row["peak_mb"])
            best["fastest"] = max(best.get("fastest", 0), row.get("samples_per_s", 0))
    for file in sorted(folder.glob(f"{size}.*.peers.jsonl")):
        peers += [json.loads(line) for line in file.read_text().splitlines() if line.startswith("{")]
    return ours, peers, dates - {""}


def find(peers, start):
    """The peer's best line: a task may have been run more than once."""
    mine = [p for p in peers if p["peer"].startswith(start)]
    return min(mine, key=lambda p: p.get("fit_s", 1e99)) if mine else None


def share(row, machine):
    flops = sum(r["flops"] for r in row) / sum(r["seconds"] for r in row) / 1e9 / machine["gflops"]
    moved = sum(r["bytes"] for r in row) / sum(r["seconds"] for r in row) / 1e9 / (2 * machine["copy_gb"])
    return f"{flops:.0%}".replace("%", " %"), f"{moved:.0%}".replace("%", " %")


def table(ours, peers, machine):
    print("| | Tastebench | peer | seconds of the peer | times faster | wanted | memory, MB | of the peer "
          "| of the flops | of the copy speed | limited by |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for label, cases, who, figures, wanted, limit in ROWS:
        mine, theirs = [ours[c] for c in cases if c in ours], find(peers, who)
        if len(mine) < len(cases) and not theirs:
            continue
        seconds = sum(r["seconds"] for r in mine) if len(mine) == len(cases) else None
        cells = [label, f"{seconds:.3f} s" if seconds else "not measured", who.split()[0] if theirs else "not run"]
        if theirs and "failed" not in theirs:
            peer_seconds = sum(theirs[f] for f in figures)
            ratio = peer_seconds / seconds if seconds else 0
            verdict = "" if not seconds else ": met" if ratio >= wanted else ": **not met**"
            cells += [f"{peer_seconds:.2f}", f"{ratio:.1f}" if seconds else "", f"{wanted:g}{verdict}"]
        else:
            cells += [theirs["failed"] if theirs else "", "", f"{wanted:g}"]
            if theirs and mine:
                met = max(r["peak"] for r in mine) <= MOST_MEMORY
                cells[-1] = f"at most {MOST_MEMORY:,} MB: {'met' if met else '**not met**'}"
        cells += [f"{max(r['peak'] for r in mine):.0f}" if seconds else "",
                  f"{theirs['peak_mb']:.0f}" if theirs and "peak_mb" in theirs else ""]
        cells += [*share(mine, machine), limit] if seconds and machine else ["", "", limit]
        print("| " + " | ".join(cells) + " |")


def losses(ours, peers):
    for case, solver, name in (("ials_cg/fit", "cg", "conjugate gradient"), ("ials_cholesky/fit", "cholesky", "Cholesky")):
        theirs = find(peers, f"implicit loss {solver}")
        if case in ours and theirs:
            mine = ours[case]["loss"]
            print(f"Loss of implicit ALS by {name} after 15 iterations, same objective (confidence 2, regularization "
                  f"0.01), same formula for both: Tastebench {mine:,.0f}, implicit {theirs['loss']:,.0f} "
                  f"({mine / theirs['loss'] - 1:+.2%}).\n".replace("%", " %"))


def clicks(ours, peers):
    mine, small, large = ours.get("fm/fit"), find(peers, "torch fm batch 256"), find(peers, "torch fm batch 4096")
    if not mine:
        return
    print("| FM, 10 factors, SGD, click data (gen_ctr.py, 100,000 rows) | samples a second | AUC after one pass | "
          "Tastebench, times faster | wanted |")
    print("|---|---|---|---|---|")
    print(f"| Tastebench | {mine['fastest']:,.0f} | {mine['auc']:.4f} | | |")
    for theirs, wanted in ((small, FEWEST_SAMPLES), (large, None)):
        if theirs:
            ratio = mine["fastest"] / theirs["samples_per_s"]
            verdict = f"{wanted}: {'met' if ratio >= wanted else '**not met**'}" if wanted else ""
            print(f"| {theirs['peer'].replace('torch', 'PyTorch')} | {theirs['samples_per_s']:,.0f} | "
                  f"{theirs['auc']:.4f} | {ratio:.1f} | {verdict} |")
    print(f"\nOurs is the rate of the passes alone; a first pass with the reading of all fields into codes takes "
          f"{mine['seconds']:.2f} s, peak memory {mine['peak']:.0f} MB.\n")


def main(folder):
    folder = Path(folder)
    machine = json.loads((folder / "machine.json").read_text()) if (folder / "machine.json").exists() else None
    print("## Models: speed\n")
    if machine:
        print(f"Machine: {machine['cpu']}, {machine['threads']} threads; Eigen's product of single-precision matrices "
              f"reaches {machine['gflops_one']:.0f} GFLOP/s on one thread and {machine['gflops']:.0f} on two, copying "
              f"memory {machine['copy_gb_one']:.1f} and {machine['copy_gb']:.1f} GB/s, measured with the rest. "
              "\"Of the flops\" and \"of the copy speed\" set a plain count of the operations and of the bytes moved "
              "against these; where the caches serve most bytes, the latter passes 100 %.\n")
    for size, text in SETS.items():
        ours, peers, dates = read_size(folder, size)
        if not ours and not peers:
            continue
        print(f"### {text}\n")
        print(f"{', '.join(sorted(dates))}. Best of the runs, ours and the peers in turn; memory is the peak of the whole process, "
              "data included.\n")
        table(ours, peers, machine)
        print()
        losses(ours, peers)
        clicks(ours, peers)


if __name__ == "__main__":
    main(*sys.argv[1:])
