"""Plain PyTorch versions of Wide&Deep, DeepFM and xDeepFM with the settings of neural.json and neural_ctr.json: AUC and
log-loss on the last fifth of the rows, a JSON line for each network and seed.

    peer_ctr.py ctr FILE [--seeds 5] [--lazy]    click data as gen_ctr.py writes it
    peer_ctr.py films FOLDER [--seeds 5] [--lazy]   ml-100k in RecBole's files; a click is a rating of 4 or more
    peer_ctr.py rows FOLDER                      writes last_fifth.txt, the test rows for the split rows:last_fifth.txt

Dictionaries are learned from the training rows: what these do not have adds nothing. Numbers are logarithms,
standardised. Weights begin as in ours (Glorot and Bengio; embeddings normal, 0.01; linear weights 0). With
--lazy the moments of values that a batch does not have rest, as ours do; else Adam is dense, and they decay.
"""
import argparse
import gzip
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.metrics import log_loss, roc_auc_score
from torch import nn

NETWORKS = ["fm", "widedeep", "deepfm", "xdeepfm"]


def codes_of(values, train):
    """0 for what the training rows do not have; the number of codes."""
    known = {value: i + 1 for i, value in enumerate(sorted(set(values[:train])))}
    return np.array([known.get(value, 0) for value in values]), len(known) + 1


def number_of(values, train, log):
    """Standardised, 0 where missing; and where it is missing."""
    x = np.sign(values) * np.log1p(np.abs(values)) if log else values
    there = ~np.isnan(x)
    mean, deviation = x[:train][there[:train]].mean(), x[:train][there[:train]].std()
    return np.where(there, np.clip((x - mean) / deviation, -8, 8), 0).astype(np.float32), (~there).astype(np.float32)


class Data:
    """codes [rows, fields], bags: padded lists of codes (0 = nothing), numbers and their gaps [rows, numbers]."""

    def __init__(self, columns, bags, numbers, labels, log):
        n = len(labels)
        self.cut = n * 4 // 5
        coded = [codes_of(c, self.cut) for c in columns]
        self.sizes = [size for _, size in coded]
        self.codes = torch.from_numpy(np.stack([c for c, _ in coded], 1))
        self.bags, self.bag_sizes = [], []
        for lists in bags:
            known = {w: i + 1 for i, w in enumerate(sorted({w for words in lists[: self.cut] for w in words}))}
            longest = max(len(words) for words in lists)
            padded = np.zeros((n, longest), np.int64)
            for row, words in enumerate(lists):
                padded[row, : len(words)] = [known.get(w, 0) for w in words]
            self.bags.append(torch.from_numpy(padded))
            self.bag_sizes.append(len(known) + 1)
        both = [number_of(v, self.cut, log) for v in numbers]
        self.numbers = torch.from_numpy(np.stack([x for x, _ in both], 1)) if both else torch.zeros(n, 0)
        self.gaps = torch.from_numpy(np.stack([g for _, g in both], 1)) if both else torch.zeros(n, 0)
        self.labels = torch.from_numpy(labels.astype(np.float32))


class Network(nn.Module):
    def __init__(self, kind, data, dim, deep, cin, base, lazy):
        super().__init__()
        self.kind, self.base = kind, base
        sizes = data.sizes + data.bag_sizes
        self.embedding = nn.ModuleList(nn.Embedding(n, dim, padding_idx=0, sparse=lazy) for n in sizes)
        self.linear = nn.ModuleList(nn.Embedding(n, 1, padding_idx=0, sparse=lazy) for n in sizes)
        for table in self.embedding:
            nn.init.normal_(table.weight, 0, 0.01)
            table.weight.data[0] = 0
        for table in self.linear:
            nn.init.zeros_(table.weight)
        numbers, fields = data.numbers.shape[1], len(sizes)
        self.number_weight = nn.Parameter(torch.zeros(numbers))
        self.gap_weight = nn.Parameter(torch.zeros(numbers))
        width, layers = fields * dim + numbers, []
        for h in deep if kind != "fm" else []:
            layers += [nn.Linear(width, h), nn.ReLU()]
            width = h
        self.deep = nn.Sequential(*layers, nn.Linear(width, 1)) if kind != "fm" else None
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)
        if kind == "xdeepfm":
            maps = (fields, *cin)
            self.cin = nn.ModuleList(nn.Conv1d(a * fields, b, 1) for a, b in zip(maps, maps[1:]))
            for layer in self.cin:
                nn.init.zeros_(layer.bias)
            self.cin_out = nn.Linear(sum(cin), 1, bias=False)
            nn.init.xavier_uniform_(self.cin_out.weight)

    def forward(self, codes, bags, numbers, gaps):
        e = [table(codes[:, f]) for f, table in enumerate(self.embedding[: codes.shape[1]])]
        y = sum(table(codes[:, f]) for f, table in enumerate(self.linear[: codes.shape[1]]))
        for b, bag in enumerate(bags):
            count = (bag > 0).sum(1, keepdim=True).clamp(min=1)
            e.append(self.embedding[codes.shape[1] + b](bag).sum(1) / count)
            y = y + self.linear[codes.shape[1] + b](bag).sum(1) / count
        y = y.squeeze(1) + numbers @ self.number_weight + gaps @ self.gap_weight + self.base
        e = torch.stack(e, 1)
        if self.deep is not None:
            y = y + self.deep(torch.cat([e.flatten(1), numbers], 1)).squeeze(1)
        if self.kind in ("fm", "deepfm"):
            y = y + 0.5 * (e.sum(1) ** 2 - (e**2).sum(1)).sum(1)
        if self.kind == "xdeepfm":
            h, pooled = e, []
            for layer in self.cin:
                z = torch.einsum("bhd,bmd->bhmd", h, e).reshape(len(e), -1, e.shape[2])
                h = torch.relu(layer(z))
                pooled.append(h.sum(2))
            y = y + self.cin_out(torch.cat(pooled, 1)).squeeze(1)
        return y


def read_ctr(file):
    frame = pd.read_csv(file, sep="\t", header=None)
    columns = [frame[c].fillna("-").astype(str).to_numpy() for c in range(14, 40)]
    return Data(columns, [], [frame[c].to_numpy(float) for c in range(1, 14)], frame[0].to_numpy(), log=True)


def read_films(folder):
    ratings = pd.read_csv(gzip.open(folder / "ml-100k.inter.gz"), sep="\t", names=["user", "item", "rating", "time"],
                          header=0, dtype={"user": str, "item": str})
    users = pd.read_csv(folder / "ml-100k.user", sep="\t", header=0, dtype=str,
                        names=["user", "age", "gender", "occupation", "zip"])
    items = pd.read_csv(folder / "ml-100k.item", sep="\t", header=0, dtype=str, names=["item", "title", "year", "genres"])
    rows = ratings.merge(users, "left", "user").merge(items, "left", "item")
    columns = [rows[c].fillna("-").to_numpy() for c in ("user", "item", "age", "gender", "occupation", "year")]
    genres = rows["genres"].fillna("").str.split().to_list()
    return Data(columns, [genres], [], (rows["rating"] >= 4).to_numpy(), log=False)


def run(kind, data, seed, lazy, dim, deep, cin, epochs, batch):
    torch.manual_seed(seed)
    rate = float(data.labels[: data.cut].mean())
    model = Network(kind, data, dim, deep, cin, float(np.log(rate / (1 - rate))), lazy)
    loss = nn.BCEWithLogitsLoss()
    tables = [t.weight for t in (*model.embedding, *model.linear)]
    if lazy:
        others = [p for p in model.parameters() if not any(p is t for t in tables)]
        optimisers = [torch.optim.SparseAdam(tables, 1e-3), torch.optim.Adam(others, 1e-3)]
    else:
        optimisers = [torch.optim.Adam(model.parameters(), 1e-3)]

    def output(j):
        return model(data.codes[j], [bag[j] for bag in data.bags], data.numbers[j], data.gaps[j])

    start = time.perf_counter()
    for _ in range(epochs):
        for j in torch.randperm(data.cut).split(batch):
            for optimiser in optimisers:
                optimiser.zero_grad()
            loss(output(j), data.labels[j]).backward()
            for optimiser in optimisers:
                optimiser.step()
    seconds = time.perf_counter() - start
    with torch.no_grad():
        p = torch.sigmoid(torch.cat([output(j) for j in torch.arange(data.cut, len(data.labels)).split(2000)])).numpy()
    truth = data.labels[data.cut :].numpy()
    return {"peer": f"torch {torch.__version__}", "model": kind, "lazy": lazy, "seed": seed, "epochs": epochs,
            "auc": round(float(roc_auc_score(truth, p)), 4), "logloss": round(float(log_loss(truth, p)), 4),
            "samples_per_s": round(epochs * data.cut / seconds)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["ctr", "films", "rows"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--networks", nargs="+", default=NETWORKS)
    parser.add_argument("--lazy", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.what == "rows":
        (args.path / "last_fifth.txt").write_text("".join(f"{row}\n" for row in range(80_000, 100_000)))
        return
    data = read_ctr(args.path) if args.what == "ctr" else read_films(args.path)
    shape = {"ctr": dict(dim=10, deep=(256, 256), cin=(32, 32), epochs=1, batch=256),
             "films": dict(dim=16, deep=(128, 64), cin=(32, 32), epochs=5, batch=256)}[args.what]
    for kind in args.networks:
        for seed in range(args.seeds):
            print(json.dumps({"data": args.what, **run(kind, data, seed, args.lazy, **shape)}), flush=True)


if __name__ == "__main__":
    main()
