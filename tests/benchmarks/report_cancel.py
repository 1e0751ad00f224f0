"""How soon each model stops when it is cancelled, as a table in Markdown.

    report_cancel.py FILE      the lines of tastebench-bench-cancel
"""
import json
import sys
from pathlib import Path

MOST = 200  # milliseconds

print("## Cancelling\n")
print("Each model trained with its defaults on 973,997 interactions (models of features alone: 100,000 clicks; DKN: 6,000 "
      "rows of made-up news), and the lists of all users made after a training of one epoch, both cancelled 10, 50, 200, "
      "700 and 2,000 ms after the start, as far as they were still going on; the longest wait until they stopped. Wanted: "
      f"at most {MOST} ms.\n")
print("| | times cancelled | longest wait | when | lists: times cancelled | longest wait | when | |\n"
      "|---|---|---|---|---|---|---|---|")


def waits(line, what):
    if not line.get(f"{what}cancelled"):
        return "over within 10 ms | |"
    return f"{line[what + 'cancelled']} | {line[what + 'worst_ms']:.0f} ms | after {line[what + 'worst_at_ms']:g} ms"


for line in map(json.loads, Path(sys.argv[1]).read_text().splitlines()):
    worst = max(line["worst_ms"], line.get("lists_worst_ms", 0))
    verdict = "met" if worst <= MOST else "**not met**"
    print(f"| {line['title']} | {waits(line, '')} | {waits(line, 'lists_')} | {verdict} |")
