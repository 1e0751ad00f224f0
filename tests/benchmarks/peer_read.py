"""pandas on the same file: read_csv and factorize of users and items, best of three, one JSON line."""
import json
import resource
import sys
import time

import pandas as pd


def once(file):
    start = time.perf_counter()
    frame = pd.read_csv(file)
    read = time.perf_counter() - start
    pd.factorize(frame["user"])
    pd.factorize(frame["item"])
    return read, time.perf_counter() - start, len(frame)


runs = [once(sys.argv[1]) for _ in range(3)]
print(json.dumps({"peer": f"pandas {pd.__version__}", "rows": runs[0][2], "read_s": min(r[0] for r in runs),
                  "read_and_factorize_s": min(r[1] for r in runs),
                  "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
