"""implicit's ALS with 64 factors and 15 iterations: seconds and the loss that bench_input.h defines; one JSON line a solver.

    peer_implicit.py FILE.csv

Its confidence of an event is alpha x value, all values 1: with alpha 2 that is our 1 + alpha x value with alpha 1.
"""
import json
import resource
import sys
import time

import implicit
import numpy as np
import pandas as pd
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares

confidence, regularization = 2.0, 0.01
frame = pd.read_csv(sys.argv[1])
user, item = (np.unique(frame[name], return_inverse=True)[1] for name in ("user", "item"))
matrix = sp.csr_matrix((np.ones(len(frame), np.float32), (user, item)))


def loss(x, y):
    x, y = x.astype(np.float64), y.astype(np.float64)
    total = regularization * ((x**2).sum() + (y**2).sum()) + ((x.T @ x) * (y.T @ y)).sum()
    for first in range(0, len(user), 100_000):
        u, i = user[first:first + 100_000], item[first:first + 100_000]
        score = np.einsum("nf,nf->n", x[u], y[i])
        total += (confidence * (1 - score) ** 2 - score**2).sum()
    return float(total)


for solver in ("cg", "cholesky"):
    model = AlternatingLeastSquares(factors=64, iterations=15, alpha=confidence, regularization=regularization,
                                    use_cg=solver == "cg", num_threads=2, random_state=0)
    start = time.perf_counter()
    model.fit(matrix, show_progress=False)
    seconds = time.perf_counter() - start
    print(json.dumps({"peer": f"implicit loss {solver}", "version": implicit.__version__, "fit_s": seconds,
                      "loss": loss(model.user_factors, model.item_factors),
                      "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}), flush=True)
