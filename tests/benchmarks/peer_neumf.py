#!/usr/bin/env python3
"""NeuMF, GMF and the MLP of He et al. 2017 in plain PyTorch on MovieLens 100K, for accuracy beside ours; one JSON line
for each seed.

    peer_neumf.py loo FILE [--network neumf|gmf|mlp] [--seeds 5] ...          HR@10 and nDCG@10 among 99 drawn items
    peer_neumf.py rows FILE --test ROWS [...]                                 nDCG@10 among all items

loo: each person's latest row (by time, then by place in the file) tests. The 99 items are drawn, for each person, from
those with a training row that the person does not have. rows: the rows numbered in the file ROWS test. FILE is
ml-100k.inter.gz. nDCG is that of hits at rank r, 1 / log2(1 + r), divided by the best possible sum.
"""
import argparse
import gzip
import json
import time

import numpy as np
import torch
from torch import nn


class Ncf(nn.Module):
    def __init__(self, network, users, items, factors, layers, deviation):
        super().__init__()
        self.gmf, self.mlp = network != "mlp", network != "gmf"
        width = 0
        if self.gmf:
            self.gmf_user, self.gmf_item = nn.Embedding(users, factors), nn.Embedding(items, factors)
            width += factors
        if self.mlp:
            self.mlp_user, self.mlp_item = nn.Embedding(users, layers[0] // 2), nn.Embedding(items, layers[0] // 2)
            self.dense = nn.Sequential(*[m for a, b in zip(layers, layers[1:]) for m in (nn.Linear(a, b), nn.ReLU())])
            width += layers[-1]
        self.out = nn.Linear(width, 1)
        for module in self.modules():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, 0, deviation)
            elif isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        bound = (3 / width) ** 0.5
        nn.init.uniform_(self.out.weight, -bound, bound)

    def forward(self, u, i):
        parts = []
        if self.gmf:
            parts.append(self.gmf_user(u) * self.gmf_item(i))
        if self.mlp:
            parts.append(self.dense(torch.cat([self.mlp_user(u), self.mlp_item(i)], 1)))
        return self.out(torch.cat(parts, 1)).squeeze(1)


def train(model, user, item, has, known, args, rng):
    optimiser = torch.optim.Adam(model.parameters(), args.rate)
    loss = nn.BCEWithLogitsLoss()
    samples, seconds = 0, 0.0
    for _ in range(args.epochs):
        users = np.repeat(user, 1 + args.negatives)
        items = known[rng.integers(0, len(known), len(users))]
        own = np.arange(len(users)) % (1 + args.negatives) == 0
        items[own] = item
        while True:
            wrong = np.flatnonzero(~own & has[users, items])
            if len(wrong) == 0:
                break
            items[wrong] = known[rng.integers(0, len(known), len(wrong))]
        order = rng.permutation(len(users))
        u, i = torch.from_numpy(users[order]), torch.from_numpy(items[order])
        y = torch.from_numpy(own[order].astype(np.float32))
        start = time.perf_counter()
        for at in range(0, len(order), args.batch):
            optimiser.zero_grad()
            loss(model(u[at:at + args.batch], i[at:at + args.batch]), y[at:at + args.batch]).backward()
            optimiser.step()
        seconds += time.perf_counter() - start
        samples += len(order)
    return samples / seconds


def all_scores(model, users, items):
    with torch.no_grad():
        every = torch.arange(items)
        return np.stack([model(torch.full((items,), u), every).numpy() for u in range(users)])


def sampled(scores, test_user, test_item, taken, known, rng):
    hits, gains = [], []
    for u, i in zip(test_user, test_item):
        free = known[~taken[u, known]]
        drawn = rng.choice(free, min(99, len(free)), replace=False)
        rank = 1 + int((scores[u, drawn] > scores[u, i]).sum()) if i in known else 101
        hits.append(rank <= 10)
        gains.append(1 / np.log2(1 + rank) if rank <= 10 else 0)
    return {"sampled_hr@10": float(np.mean(hits)), "sampled_ndcg@10": float(np.mean(gains))}


def full(scores, test_user, test_item, has, known):
    candidates = np.full(scores.shape[1], -np.inf)
    candidates[known] = 0
    values = []
    for u in np.unique(test_user):
        relevant = set(test_item[test_user == u])
        best = np.argsort(-(scores[u] + candidates + np.where(has[u], -np.inf, 0)), kind="stable")[:10]
        gain = sum(1 / np.log2(2 + at) for at, i in enumerate(best) if i in relevant)
        values.append(gain / sum(1 / np.log2(2 + at) for at in range(min(10, len(relevant)))))
    return {"ndcg@10": float(np.mean(values))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("protocol", choices=["loo", "rows"])
    parser.add_argument("file")
    parser.add_argument("--test")
    parser.add_argument("--network", choices=["neumf", "gmf", "mlp"], default="neumf")
    parser.add_argument("--factors", type=int, default=8)
    parser.add_argument("--layers", default="64,32,16,8")
    parser.add_argument("--negatives", type=int, default=4)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=0.001)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--deviation", type=float, default=0.01)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    with gzip.open(args.file, "rt") as lines:
        next(lines)
        rows = np.array([[int(float(cell)) for cell in line.split("\t")] for line in lines])
    user = np.unique(rows[:, 0], return_inverse=True)[1]
    item = np.unique(rows[:, 1], return_inverse=True)[1]
    users, items = user.max() + 1, item.max() + 1
    tests = np.zeros(len(rows), bool)
    if args.protocol == "rows":
        with gzip.open(args.test, "rt") as lines:
            tests[[int(line) for line in lines]] = True
    else:
        order = np.lexsort((np.arange(len(rows)), rows[:, 3], user))
        last = order[np.append(user[order][1:] != user[order][:-1], True)]
        tests[last[np.bincount(user)[user[last]] > 1]] = True
    taken = np.zeros((users, items), bool)
    taken[user, item] = True
    has = np.zeros((users, items), bool)
    has[user[~tests], item[~tests]] = True
    known = np.unique(item[~tests])

    for seed in range(args.seeds):
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        model = Ncf(args.network, users, items, args.factors, [int(w) for w in args.layers.split(",")], args.deviation)
        speed = train(model, user[~tests], item[~tests], has, known, args, rng)
        scores = all_scores(model, users, items)
        metrics = full(scores, user[tests], item[tests], has, known)
        if args.protocol == "loo":
            metrics |= sampled(scores, user[tests], item[tests], taken, known, rng)
        print(json.dumps({"peer": f"torch {torch.__version__}", **{k: v for k, v in vars(args).items()
                          if k not in ("file", "test", "seeds")}, "seed": seed, "samples_per_s": speed,
                          "metrics": metrics}), flush=True)


if __name__ == "__main__":
    main()
