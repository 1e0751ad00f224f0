"""How soon each model stops when it is cancelled, as a table in Markdown.

    report_cancel.py FILE      the lines of tastebench-bench-cancel
"""
import json
import sys
from pathlib import Path

MOST = 200  # milliseconds

print("## Cancelling\n")
print("Each model trained with its defaults on 973,997 interactions (models of features alone: 100,000 clicks), cancelled "
      "10, 50, 200, 700 and 2,000 ms after the start, as far as it was still training; the longest wait until it "
      f"stopped. Wanted: at most {MOST} ms.\n")
print("| | times cancelled | longest wait | when | |\n|---|---|---|---|---|")
for line in map(json.loads, Path(sys.argv[1]).read_text().splitlines()):
    if line["cancelled"]:
        verdict = "met" if line["worst_ms"] <= MOST else "**not met**"
        print(f"| {line['title']} | {line['cancelled']} | {line['worst_ms']:.0f} ms | after {line['worst_at_ms']:g} ms | "
              f"{verdict} |")
    else:
        print(f"| {line['title']} | over within 10 ms | | | |")
