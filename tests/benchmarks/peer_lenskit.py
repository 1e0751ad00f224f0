"""LensKit's explicit ALS (BiasedMF, 10 factors, 15 epochs) on a CSV of user,item,rating; one JSON line.

    peer_lenskit.py FILE.csv [REPEAT]      LK_NUM_THREADS and LK_NUM_BACKEND_THREADS set the threads (2 if unset)
"""
import json
import os
import resource
import sys
import time

for name in ("LK_NUM_THREADS", "LK_NUM_BACKEND_THREADS"):
    os.environ.setdefault(name, "2")

import lenskit
import pandas as pd
from lenskit.als import BiasedMFScorer
from lenskit.data import from_interactions_df
from lenskit.training import TrainingOptions

frame = pd.read_csv(sys.argv[1])[["user", "item", "rating"]].rename(columns={"user": "user_id", "item": "item_id"})
data = from_interactions_df(frame)
times = []
for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
    model = BiasedMFScorer(embedding_size=10, epochs=15, regularization=0.05)
    start = time.perf_counter()
    model.train(data, TrainingOptions(rng=1))
    times.append(time.perf_counter() - start)
print(json.dumps({"peer": "lenskit BiasedMF e10 15 epochs", "version": lenskit.__version__, "fit_s": min(times),
                  "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
