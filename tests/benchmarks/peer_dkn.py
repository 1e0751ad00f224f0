"""DKN in plain PyTorch, for comparison with ours on the same rows with the same settings.

    peer_dkn.py news DKN-NEWS-FOLDER [--seeds 5] [--entities 0]     raw_train.txt trains, raw_test.txt tests
    peer_dkn.py film ML-100K-FOLDER  [--seeds 5] [--entities 0]     a rating of 4 or more is a click; the first 75 % of
                                                                    each user's rows train

Prints one JSON line with the AUC of each seed, their mean and their deviation. Titles are cut into lower-case words;
an entity stands on the words that spell its name, as core/models/dkn/titles.h says; a film's one entity on all of its
words. Histories are what was clicked before, without the candidate; where there are no times, all that was clicked,
and a negative's history leaves one out. The graph is not read.
"""
import argparse
import collections
import gzip
import json
import re

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import nn


class Dkn(nn.Module):
    def __init__(self, words, entities, dim, filters, hidden, layer, dropout, widths=(1, 2, 3)):
        super().__init__()
        self.word = nn.Embedding(words, dim, sparse=True)
        self.entity = nn.Embedding(entities, dim, sparse=True) if entities else None
        for table in filter(None, (self.word, self.entity)):
            nn.init.normal_(table.weight, 0, 0.1)
        with torch.no_grad():
            self.word.weight[0] = 0
        self.transform = nn.Linear(dim, dim)
        channels = dim * (2 if entities else 1)
        self.widths = widths
        self.convolutions = nn.ModuleList(nn.Conv1d(channels, filters, w) for w in widths)
        size = filters * len(widths)
        self.query, self.key = nn.Linear(size, hidden), nn.Linear(size, hidden, bias=False)
        self.v = nn.Linear(hidden, 1, bias=False)
        self.drop = nn.Dropout(dropout)
        self.score = nn.Sequential(nn.Linear(2 * size, layer), nn.ReLU(), nn.Dropout(dropout), nn.Linear(layer, 1))

    def encode(self, words, entities, counts):
        inside = (torch.arange(words.shape[1])[None, :] < counts[:, None]).unsqueeze(2)
        x = self.word(words) * inside
        if self.entity is not None:
            known = (entities > 0).unsqueeze(2) & inside
            x = torch.cat([x, torch.tanh(self.transform(self.entity(entities))) * known], 2)
        x, out = x.transpose(1, 2), []
        for width, convolution in zip(self.widths, self.convolutions):
            y = convolution(x)
            last = torch.clamp(counts - width, min=0)
            outside = torch.arange(y.shape[2])[None, :] > last[:, None]
            out.append(torch.relu(y.masked_fill(outside.unsqueeze(1), -1e9).max(2)[0]))
        return torch.cat(out, 1) * (counts > 0).unsqueeze(1)

    def forward(self, titles, candidate, history, used):
        """titles: words, entities and counts of the distinct ones; the others are places among them."""
        vectors = self.drop(self.encode(*titles))
        wanted, had = vectors[candidate], vectors[history]
        scores = self.v(torch.relu(self.query(wanted).unsqueeze(1) + self.key(vectors)[history])).squeeze(2)
        weights = torch.softmax(scores.masked_fill(~used, -1e9), 1) * used
        user = (weights.unsqueeze(2) * had).sum(1)
        return self.score(torch.cat([user, wanted], 1)).squeeze(1)


def words_of(text):
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower())


def align(title, names):
    """The number of the entity of each word, -1 for none."""
    out, loose, spelled = [-1] * len(title), [], False
    for number, name in enumerate(names):
        found = [i for i in range(len(title) - len(name) + 1) if name and title[i:i + len(name)] == name]
        for i in found:
            out[i:i + len(name)] = [number if o < 0 else o for o in out[i:i + len(name)]]
        spelled |= bool(found)
        if not found:
            loose += [(number, i) for i, word in enumerate(title) if word in name]
    for number, i in loose:
        out[i] = number if out[i] < 0 else out[i]
    if not spelled and not loose:
        out = [0] * len(title) if len(names) == 1 else [i if i < len(names) else -1 for i in range(len(title))]
    return out


class News:
    """Titles of items as numbers, known words and entities being those of the training items."""

    def __init__(self, titles, entities, trained, length):
        cut = {item: words_of(text)[:length] for item, text in titles.items()}
        number, entity_number = collections.defaultdict(int), collections.defaultdict(int)
        n = len(titles)
        self.words, self.entities = np.zeros((n, length), int), np.zeros((n, length), int)
        self.counts = np.array([len(cut[item]) for item in range(n)])
        placed = {item: align(cut[item], [words_of(name) for _, name in entities.get(item, [])])
                  if entities.get(item) else [-1] * len(cut[item]) for item in range(n)}
        for item in sorted(trained):
            for word in cut[item]:
                number.setdefault(word, len(number) + 1)
            for at in placed[item]:
                if at >= 0:
                    entity_number.setdefault(entities[item][at][0], len(entity_number) + 1)
        for item in range(n):
            for p, word in enumerate(cut[item]):
                self.words[item, p] = number.get(word, 0)
                if placed[item][p] >= 0:
                    self.entities[item, p] = entity_number.get(entities[item][placed[item][p]][0], 0)
        self.n_words, self.n_entities = len(number) + 1, len(entity_number) + 1


def read_news(folder):
    titles, entities, rows = {}, {}, []
    for name in ("raw_train.txt", "raw_test.txt"):
        for line in open(f"{folder}/{name}", encoding="utf-8"):
            user, title, label, named = line.rstrip("\n").split("\t")
            item = titles.setdefault(title, len(titles))
            found = re.findall(r"(\d+):(.+?)(?=;\d+:|$)", named)
            known = entities.setdefault(item, {})
            for number, text in found:
                known.setdefault(number, text)
            rows.append((user, item, int(label), None, name == "raw_test.txt"))
    # Links are in the order of the entities' ids, as text.
    entities = {item: sorted(named.items()) for item, named in entities.items()}
    return {item: title for title, item in titles.items()}, entities, rows


def read_films(folder):
    items, entities, rows = {}, {}, []
    for line in list(open(f"{folder}/ml-100k.item", encoding="utf-8"))[1:]:
        fields = line.rstrip("\n").split("\t")
        items[fields[0]] = (len(items), fields[1])
    for line in list(open(f"{folder}/ml-100k.link", encoding="utf-8"))[1:]:
        item, entity = line.split()
        entities[items[item][0]] = [(entity, entity)]
    by_user = collections.defaultdict(list)
    for line in list(gzip.open(f"{folder}/ml-100k.inter.gz", "rt"))[1:]:
        user, item, rating, time = line.split()
        by_user[user].append((int(float(time)), len(by_user[user]), items[item][0], int(float(rating) >= 4)))
    for user, mine in by_user.items():
        mine.sort()
        for at, (time, _, item, label) in enumerate(mine):
            rows.append((user, item, label, time, at >= round(0.75 * len(mine))))
    return dict(items.values()), entities, rows


def latest(had, length, *without):
    out = []
    for item in reversed(had):
        if len(out) == length:
            break
        if item not in without and item not in out:
            out.append(item)
    return out


class Samples:
    def __init__(self, rows, length):
        self.length, self.clicks = length, collections.defaultdict(list)
        order = sorted((r for r in rows if not r[4]), key=lambda r: r[3] or 0)
        for user, item, label, time, _ in order:
            if label:
                self.clicks[user].append((time, item))
        self.train, self.test = order, [r for r in rows if r[4]]

    def history(self, row, training, rng):
        user, item, label, time, _ = row
        had = self.clicks[user]
        if training and time is not None:
            had = [h for h in had if h[0] < time]
        had = [h[1] for h in had]
        if training and time is None and not label and had:
            return latest(had, self.length, item, had[rng.integers(len(had))])
        return latest(had, self.length, item)

    def batch(self, rows, training, rng):
        histories = [self.history(row, training, rng) for row in rows]
        used = np.zeros((len(rows), self.length), bool)
        items = np.zeros((len(rows), self.length), int)
        for s, mine in enumerate(histories):
            used[s, :len(mine)], items[s, :len(mine)] = True, mine
        return np.array([r[1] for r in rows]), items, used, torch.tensor([float(r[2]) for r in rows])


def logits_of(model, news, candidates, items, used):
    distinct, place = np.unique(np.concatenate([candidates, items[used]]), return_inverse=True)
    history = np.zeros(items.shape, int)
    history[used] = place[len(candidates):]
    titles = [torch.from_numpy(a[distinct]) for a in (news.words, news.entities, news.counts)]
    return model(titles, torch.from_numpy(place[:len(candidates)]), torch.from_numpy(history), torch.from_numpy(used))


def run(seed, news, samples, args):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = Dkn(news.n_words, news.n_entities if args.entities else 0, args.dim, args.filters, args.hidden, args.layer,
                args.dropout)
    sparse = [t.weight for t in (model.word, model.entity) if t is not None]
    dense = [p for p in model.parameters() if not any(p is s for s in sparse)]
    optimisers = [torch.optim.SparseAdam(sparse, args.rate),
                  torch.optim.Adam(dense, args.rate, weight_decay=args.regularization)]
    loss = nn.BCEWithLogitsLoss()
    for _ in range(args.epochs):
        model.train()
        for which in torch.randperm(len(samples.train)).split(args.batch):
            *inputs, labels = samples.batch([samples.train[i] for i in which], True, rng)
            for optimiser in optimisers:
                optimiser.zero_grad()
            loss(logits_of(model, news, *inputs), labels).backward()
            for optimiser in optimisers:
                optimiser.step()
    model.eval()
    scores, labels = [], []
    with torch.no_grad():
        for first in range(0, len(samples.test), 1000):
            *inputs, some = samples.batch(samples.test[first:first + 1000], False, rng)
            scores.append(logits_of(model, news, *inputs))
            labels.append(some)
    return float(roc_auc_score(torch.cat(labels), torch.cat(scores)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", choices=["news", "film"])
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--entities", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--dim", type=int, default=50)
    parser.add_argument("--filters", type=int, default=50)
    parser.add_argument("--hidden", type=int, default=50)
    parser.add_argument("--layer", type=int, default=50)
    parser.add_argument("--history", type=int, default=30)
    parser.add_argument("--words", type=int, default=10)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--regularization", type=float, default=1e-6)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    titles, entities, rows = (read_news if args.data == "news" else read_films)(args.folder)
    news = News(titles, entities, {r[1] for r in rows if not r[4]}, args.words)
    samples = Samples(rows, args.history)
    values = [run(seed, news, samples, args) for seed in range(args.seeds)]
    print(json.dumps({"peer": f"torch dkn {args.data}", "entities": bool(args.entities), "epochs": args.epochs,
                      "train_rows": len(samples.train), "test_rows": len(samples.test),
                      "auc": [round(v, 4) for v in values], "mean": round(float(np.mean(values)), 4),
                      "deviation": round(float(np.std(values, ddof=1)) if len(values) > 1 else 0.0, 4)}))


if __name__ == "__main__":
    main()
