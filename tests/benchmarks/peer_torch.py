"""One of the networks of TASTEBENCH_SHARED/tools/peers_torch.py with the peak memory of its process beside its figures.

    peer_torch.py PEERS_TORCH.PY NETWORK [OPTION...]      prints one JSON line
"""
import contextlib
import io
import json
import resource
import runpy
import sys

printed = io.StringIO()
sys.argv = sys.argv[1:]
with contextlib.redirect_stdout(printed):
    runpy.run_path(sys.argv[0], run_name="__main__")
line = json.loads(printed.getvalue().splitlines()[-1])
line["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps(line))
