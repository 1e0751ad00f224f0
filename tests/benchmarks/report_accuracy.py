"""Turns the runs of a plan, and the search behind some of them, into tables in Markdown, as far as they are there.

    report_accuracy.py PLANS RESULTS       folders with accuracy.json and search.json, and with their .jsonl
    report_accuracy.py --networks PLANS RESULTS     the same for neural*.json
    report_accuracy.py --adopt PLANS RESULTS      instead writes the best of each finished search into accuracy.json
"""
import json
import re
import sys
from itertools import product
from math import sqrt
from pathlib import Path
from statistics import mean, stdev

NETWORK_PLANS = ["neural", "neural_ctr", "neural_news"]
LOWER_IS_BETTER = {"rmse", "mae", "logloss"}


def key(model, parameters, split, seed):
    return json.dumps([model, parameters, split, seed], sort_keys=True)


def read_results(file):
    lines = [json.loads(text) for text in file.read_text().splitlines()] if file.exists() else []
    return {key(r["model"], r["parameters"], r["split"], r["seed"]): r for r in lines}


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def settings(run):
    """Every combination of the listed values, as the program makes them."""
    given = run.get("parameters", {})
    lists = [value if isinstance(value, list) else [value] for value in given.values()]
    return [dict(zip(given, map(as_text, values))) for values in product(*lists)]


def runs_of(results, section, run, parameters):
    """Results for each split and seed, and how many there should be."""
    wanted = [key(run["model"], parameters, split, seed)
              for split in section["splits"] for seed in run.get("seeds", section["seeds"])]
    return [results[k] for k in wanted if k in results], len(wanted)


def show(values, digits=4):
    values = [v for v in values if v is not None]
    if not values:
        return "-"
    spread = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{spread}"


def better(metric, a, b):
    return a < b if metric in LOWER_IS_BETTER else a > b


def verdict(target, found):
    """Whether the mean is no worse than the target, or better where "above" is set; a target that is published with few
    digits only ("rounded") is compared at these; one with a deviation over seeds is reached within the
    deviation of the difference, the root of the sum of both squares."""
    if not target:
        return ""
    metric, value = target["metric"], target["value"]
    got = mean(r["metrics"][metric] for r in found)
    if target.get("rounded"):
        got = round(got, len(f"{value}".split(".")[1]))
    met = better(metric, got, value) or (got == value and not target.get("above"))
    if "deviation" in target:
        values = [r["metrics"][metric] for r in found]
        spread = sqrt(target["deviation"] ** 2 + (stdev(values) if len(values) > 1 else 0) ** 2)
        met = met or abs(got - value) <= spread
        return f"{target['who']}: {metric} {value} ± {target['deviation']}: {'met' if met else '**not met**'}"
    sign = ("<" if metric in LOWER_IS_BETTER else ">") + ("" if target.get("above") else "=")
    who = target["who"] + (", rounded" if target.get("rounded") else "")
    return f"{metric} {sign} {value} ({who}): {'met' if met else '**not met**'}"


def best_of(results, section, run, metric):
    """The best setting by the mean over splits and seeds, among those of which all runs are there."""
    best, tried = None, 0
    for parameters in settings(run):
        found, count = runs_of(results, section, run, parameters)
        if len(found) < count:
            continue
        tried += 1
        values = [r["metrics"][metric] for r in found]
        if best is None or better(metric, mean(values), mean(best[1])):
            best = parameters, values
    return best, tried


def search_results(plans, results, name="search"):
    """Title of a searched model -> best setting, its values, how many settings were tried and how many there are."""
    plan = json.loads((plans / f"{name}.json").read_text())
    found = read_results(results / f"{name}.jsonl")
    out = {}
    for section in plan["sections"]:
        metric = section["metrics"][0]
        for run in section["runs"]:
            best, tried = best_of(found, section, run, metric)
            if best:
                out[run["title"]] = {"parameters": best[0], "values": best[1], "metric": metric, "tried": tried,
                                     "settings": len(settings(run)), "section": section}
    return out


def claims(section, results):
    """Whether a comparison that a paper makes is seen here, in the first metric: the means of the seeds differ by more
    than two standard errors of the difference."""
    metric = section["metrics"][0]
    by_title = {run["title"]: runs_of(results, section, run, settings(run)[0])[0] for run in section["runs"]}
    for claim in section.get("claims", []):
        a, b = ([r["metrics"][metric] for r in by_title[claim[side]]] for side in ("better", "worse"))
        if len(a) < 2 or len(b) < 2:
            continue
        gain = mean(a) - mean(b) if metric not in LOWER_IS_BETTER else mean(b) - mean(a)
        spread = sqrt(stdev(a) ** 2 / len(a) + stdev(b) ** 2 / len(b))
        seen = "seen" if gain > 2 * spread else "not seen, the opposite is" if gain < -2 * spread else "not seen"
        print(f"{claim['claim']}: {seen} ({metric} {gain:+.4f}, standard error {spread:.4f}).\n")


def accuracy_table(section, results):
    metrics = section["metrics"]
    rows, protocols, dates = [], [], set()
    for run in section["runs"]:
        found, count = runs_of(results, section, run, settings(run)[0])
        if not found:
            rows.append([run["title"], *["not run"] * len(metrics), "", "", ""])
            continue
        protocols = list(dict.fromkeys(protocols + [r["protocol"] for r in found]))
        dates |= {(r["date"], r["cpu"], r["threads"], r["variant"]) for r in found}
        rows.append([run["title"], *[show([r["metrics"].get(m) for r in found]) for m in metrics],
                     f"{mean(r['fit_seconds'] for r in found):.2f}", f"{len(found)}" if len(found) == count else
                     f"{len(found)} of {count}", verdict(run.get("target"), found)])
    print(f"### {section['title']}\n")
    for date, cpu, threads, variant in sorted(dates):
        print(f"{date}, {cpu}, {threads} threads, {variant}.", end=" ")
    if protocols:
        more = f" The other {len(protocols) - 1} parts likewise." if len(protocols) > 1 else ""
        print(f"{protocols[0]}{more} {section.get('note', '')}".strip())
    print(f"\n| | {' | '.join(metrics)} | seconds to train | runs | to be reached |")
    print("|---|" + "---|" * (len(metrics) + 3))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()
    claims(section, results)


def search_table(accuracy, found, name="search"):
    if not found:
        return
    one = next(iter(found.values()))
    metrics = list(dict.fromkeys(best["metric"] for best in found.values()))
    seeds = ", ".join(map(str, one["section"]["seeds"]))
    print("### The search\n")
    print(f"{name}.json, on the training rows of the published split alone: its test rows are taken out of the data "
          f"before anything is split. Split of the rest: {', '.join(one['section']['splits'])}, seeds {seeds}; mean "
          f"over these. The settings above are the best of each model.\n")
    for metric in metrics:
        of_metric = [(title, best) for title, best in found.items() if best["metric"] == metric]
        sign = 1 if metric in LOWER_IS_BETTER else -1
        print(f"| model | settings tried | best | {metric} on validation |\n|---|---|---|---|")
        for title, best in sorted(of_metric, key=lambda entry: sign * mean(entry[1]["values"])):
            chosen = ", ".join(f"{name} {value}" for name, value in best["parameters"].items())
            print(f"| {title} | {best['tried']} | {chosen} | {show(best['values'])} |")
        print()
    for section in accuracy["sections"]:
        for run in section["runs"]:
            best = found.get(run.get("searched"))
            if best and best["parameters"] != settings(run)[0]:
                print(f"**{run['title']} does not use the best setting of the search.**\n")


def main(plans, results):
    plans, results = Path(plans), Path(results)
    accuracy = json.loads((plans / "accuracy.json").read_text())
    found = read_results(results / "accuracy.jsonl")
    print("## Models: accuracy\n")
    print(accuracy["about"] + "\n")
    for section in accuracy["sections"]:
        accuracy_table(section, found)
    search_table(accuracy, search_results(plans, results))


def networks(plans, results):
    plans, results = Path(plans), Path(results)
    print("## Networks: accuracy\n")
    for name in NETWORK_PLANS:
        plan = json.loads((plans / f"{name}.json").read_text())
        if "about" in plan:
            print(plan["about"] + "\n")
        found = read_results(results / f"{name}.jsonl")
        for section in plan["sections"]:
            accuracy_table(section, found)
    search_table({"sections": []}, search_results(plans, results, "neural_search"), "neural_search")


def adopt(plans, results):
    file = Path(plans) / "accuracy.json"
    text = file.read_text()
    for title, best in search_results(Path(plans), Path(results)).items():
        if best["tried"] < best["settings"]:
            print(f"{title}: {best['tried']} of {best['settings']} settings tried, not yet adopted")
            continue
        pattern = r'("searched": "' + re.escape(title) + r'",\s*"parameters": )\{[^}]*\}'
        text, changed = re.subn(pattern, lambda match: match[1] + json.dumps(best["parameters"]), text)
        print(f"{title}: {best['metric']} {show(best['values'])} with {json.dumps(best['parameters'])}"
              + ("" if changed else ", which no run of accuracy.json takes up"))
    file.write_text(text)


if sys.argv[1] == "--adopt":
    adopt(*sys.argv[2:])
elif sys.argv[1] == "--networks":
    networks(*sys.argv[2:])
else:
    main(*sys.argv[1:])
