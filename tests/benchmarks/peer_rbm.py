#!/usr/bin/env python3
"""The restricted Boltzmann machines of core/models/rbm in plain PyTorch on MovieLens 100K, for accuracy beside ours; one
JSON line for each seed.

    peer_rbm.py FILE --test ROWS [--task ratings|ranking] [--seeds 5] ...

The rows of FILE (ml-100k.inter.gz) numbered in the file ROWS test; the others train, and are all that a person is known
by when they are tested. RMSE is over all test rows. nDCG@10 ranks the items of the training rows that the person does
not have: 1 / log2(1 + rank) of the hits, divided by the best possible sum, mean over people with test rows.
"""
import argparse
import gzip
import json
import time

import numpy as np
import torch


class Machine:
    """Softmax units (Salakhutdinov et al. 2007) or, with one level, units of having an item or not."""

    def __init__(self, values, mask, args):
        # values [users, items, levels] one-hot, or [users, items, 1]; mask [users, items, 1] of what is visible.
        self.values, self.mask, self.args = values, mask, args
        _, items, levels = values.shape
        self.ratings = levels > 1
        self.w = args.deviation * torch.randn(items, levels, args.hidden)
        if self.ratings:
            share = values.sum((0, 1)) + 1
            counts = values.sum(0) + 5 * share / share.sum()
            self.b = torch.log(counts / counts.sum(1, keepdim=True))
        else:
            had = values.sum(0)
            self.b = torch.log((had + 0.5) / (len(values) - had + 0.5))
        self.c, self.d = torch.zeros(args.hidden), torch.zeros(items, args.hidden)
        self.speed = [torch.zeros_like(x) for x in (self.w, self.b, self.c, self.d)]

    def hidden(self, v, mask):
        x = self.c + torch.einsum("uik,ikh->uh", v, self.w)
        if self.args.conditional:
            x = x + mask.squeeze(2) @ self.d
        return torch.sigmoid(x)

    def visible(self, h):
        x = self.b + torch.einsum("uh,ikh->uik", h, self.w)
        return torch.softmax(x, 2) if self.ratings else torch.sigmoid(x)

    def learn(self, users, rounds):
        v, mask = self.values[users], self.mask[users]
        driven = free = self.hidden(v, mask)
        for _ in range(rounds):
            p = self.visible(torch.bernoulli(free))
            if self.ratings:
                level = torch.multinomial(p.flatten(0, 1), 1).view(p.shape[:2])
                p = torch.nn.functional.one_hot(level, p.shape[2]).float()
            fantasy = p * mask
            free = self.hidden(fantasy, mask)
        n = len(users)
        gradient = [
            (torch.einsum("uik,uh->ikh", v, driven) - torch.einsum("uik,uh->ikh", fantasy, free)) / n,
            (v - fantasy).sum(0) / n,
            (driven - free).sum(0) / n,
            mask.squeeze(2).T @ (driven - free) / n,
        ]
        # An item rests when nobody in the batch has it in view.
        there = mask.squeeze(2).sum(0) > 0
        a = self.args
        for x, g, s, decays in zip((self.w, self.b, self.c, self.d), gradient, self.speed, (1, 0, 0, 1)):
            new = a.momentum * s + a.rate * (g - decays * a.decay * x)
            if x is not self.c:
                at = there.view(-1, *[1] * (x.dim() - 1))
                new = torch.where(at, new, s)
                x += torch.where(at, new, torch.zeros_like(new))
            else:
                x += new
            s.copy_(new)


def ndcg(scores, user, item, train, test):
    known = np.zeros(scores.shape[1], bool)
    known[item[train]] = True
    scores[:, ~known] = -np.inf
    scores[user[train], item[train]] = -np.inf
    gain = 1 / np.log2(np.arange(2, 12))
    total = []
    for u in np.unique(user[test]):
        wanted = set(item[test][user[test] == u])
        top = np.argsort(-scores[u], kind="stable")[:10]
        hits = sum(g for g, i in zip(gain, top) if i in wanted and np.isfinite(scores[u, i]))
        total.append(hits / gain[: min(10, len(wanted))].sum())
    return float(np.mean(total))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--test", required=True)
    parser.add_argument("--task", choices=["ratings", "ranking"], default="ratings")
    parser.add_argument("--hidden", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--decay", type=float, default=0.01)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--deviation", type=float, default=0.01)
    parser.add_argument("--first-rounds", type=int, default=1)
    parser.add_argument("--last-rounds", type=int, default=3)
    parser.add_argument("--conditional", action="store_true")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    with gzip.open(args.file, "rt") as file:
        columns = np.array([line.split("\t")[:3] for line in file.readlines()[1:]], np.float64)
    user, item = (np.unique(columns[:, c], return_inverse=True)[1] for c in (0, 1))
    levels, level = np.unique(columns[:, 2], return_inverse=True)
    with gzip.open(args.test, "rt") as file:
        test = np.array([int(line) for line in file])
    train = np.setdiff1d(np.arange(len(columns)), test)
    shape = (user.max() + 1, item.max() + 1)
    rated = torch.zeros(*shape, 1)
    rated[user[train], item[train], 0] = 1
    if args.task == "ratings":
        values = torch.zeros(*shape, len(levels))
        values[user[train], item[train], level[train]] = 1
        mask = rated
    else:
        values, mask = rated, torch.ones(*shape, 1)
        args.conditional = False

    for seed in range(args.seeds):
        torch.manual_seed(seed)
        machine = Machine(values, mask, args)
        people = torch.from_numpy(np.unique(user[train]))
        start = time.perf_counter()
        with torch.no_grad():
            for epoch in range(args.epochs):
                more = (args.last_rounds - args.first_rounds + 1) * epoch // args.epochs
                rounds = min(args.last_rounds, args.first_rounds + more)
                for batch in people[torch.randperm(len(people))].split(args.batch):
                    machine.learn(batch, rounds)
            seconds = time.perf_counter() - start
            p = machine.visible(machine.hidden(values, mask))
        line = {"peer": f"torch rbm {args.task}", "seed": seed, "fit_s": seconds}
        if args.task == "ratings":
            expected = (p * torch.from_numpy(levels).float()).sum(2).numpy()
            line["rmse"] = float(np.sqrt(np.mean((expected[user[test], item[test]] - columns[test, 2]) ** 2)))
        else:
            expected = p[:, :, 0].numpy().copy()
        line["ndcg@10"] = ndcg(expected, user, item, train, test)
        print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in line.items()}), flush=True)


if __name__ == "__main__":
    main()
