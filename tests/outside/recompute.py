#!/usr/bin/env python3
"""Recomputes a published experiment from its records alone: matching, metrics, means, intervals, tests, Holm.

    python3 tests/outside/recompute.py results/published/table1

Shares no line with the suite: HDF5 is read by h5py, distributions are SciPy's, formulas are written down anew from their
definitions (docs/statistics.md). Prints what was compared with the largest difference; exit code 1 where a published
number is not found again.
"""
import csv
import glob
import gzip
import io
import json
import os
import sys
import tomllib

import h5py
import numpy as np
from scipy import optimize, stats

SPLIT = "test"
# Scores are stored as float32; everything else is double precision.
SCORE_TOLERANCE = 2e-7
TOLERANCE = 1e-9


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


class Run:
    """One store, as plain arrays."""

    def __init__(self, path):
        self.name = os.path.basename(path).split(".")[0]
        with gzip.open(path) as packed, h5py.File(io.BytesIO(packed.read()), "r") as store:
            scores = store[f"scores/{SPLIT}"]
            self.steps = scores["step"][:]
            self.scores = {name: values[:] for name, values in scores["values"].items()}
            self.conversations = [text(one) for one in scores["conversation_ids"][:]]
            self.contexts = [text(one) for one in scores["context_ids"][:]] if "context_ids" in scores else []
            self.series = {name: store[f"series/{name}"][:] for name in series_names(store)}
            self.answers = [text(one) for one in store["answers/conversation_id"][:]]
            self.answer_ranks = []
            if "answers/ranks" in store:
                kept = store["answers/ranks"]
                self.answer_ranks = list(zip(kept["answer"][:], kept["line"][:], map(text, kept["verdict"][:])))
            self.has_lists = f"lists/{SPLIT}" in store  # stores of older programs have none
            if self.has_lists:
                self.read_lists(store)
            curves = store["scores/validation"]
            self.curve_steps = curves["step"][:]
            self.curves = {name: values[:] for name, values in curves["values"].items()}
            self.curve_contexts = [text(one) for one in curves["context_ids"][:]] if "context_ids" in curves else [""] * len(
                curves["conversation_ids"])
            self.settings = dict(leaves(tomllib.loads(text(store.attrs["config"]))))
            self.counted = self.settings.get("policy.kind", "language_model") != "language_model"

    def read_lists(self, store):
        lists = store[f"lists/{SPLIT}"]
        self.titles = [text(one) for one in lists["items/title"][:]]
        self.years = lists["items/year"][:]
        self.in_catalog = lists["items/in_catalog"][:].astype(bool)
        self.near_catalog = lists["items/near_catalog"][:].astype(bool)
        self.wanted = grouped(lists["ground_truth/conversation"][:], lists["ground_truth/item"][:])
        self.seen = grouped(lists["seen/conversation"][:], lists["seen/item"][:])
        ranks = lists["ranks"]
        self.ranks = {name: ranks[name][:] for name in ("step", "conversation", "line", "item", "repeated")}
        self.verdicts = [text(one) for one in ranks["verdict"][:]]

    def can_be_hit(self, wanted):
        """A film needs a year that is known; what is written without one has none."""
        return self.years[wanted] >= 0 or self.settings.get("data.item_form", "title_year") != "title_year"

    def final(self, metric):
        return self.scores[metric][-1].astype(float)

    def start(self, metric):
        return self.scores[metric][0].astype(float)


def series_names(store):
    names = []
    store["series"].visititems(lambda name, one: names.append(name) if isinstance(one, h5py.Dataset) else None)
    return names


def grouped(keys, values):
    groups = {}
    for key, value in zip(keys, values):
        groups.setdefault(int(key), []).append(int(value))
    return groups


# --- What an answer is worth, from the items alone -------------------------------------------------------------------


def normal_form(title):
    """Title as repeats are told: white space squeezed and trimmed, case folded."""
    return " ".join(title.split()).casefold()


def verdicts_of(run, conversation, items):
    """The verdicts of an answer's items, in their order: seen, out of the catalogue, hit, duplicate, miss."""
    seen = {run.titles[item] for item in run.seen.get(conversation, [])}
    given, repeated, verdicts = set(), [], []
    for item in items:
        key = (normal_form(run.titles[item]), int(run.years[item]))
        repeated.append(key in given)
        given.add(key)
        if run.titles[item] in seen:
            verdicts.append("seen")
        elif not run.in_catalog[item]:
            verdicts.append("out")
        else:
            verdicts.append("duplicate" if repeated[-1] else "miss")
    for wanted in run.wanted.get(conversation, []):
        if not run.can_be_hit(wanted):
            continue
        for place, item in enumerate(items):
            near = abs(int(run.years[item]) - int(run.years[wanted])) <= 2
            if verdicts[place] not in ("seen", "out") and run.titles[item] == run.titles[wanted] and near:
                verdicts[place] = "hit"
                break
    return verdicts, repeated


def recall(hits, wanted, k):
    return sum(hits[:k]) / wanted if wanted else np.nan


def ndcg(hits, wanted, k):
    if not wanted:
        return np.nan
    hits = hits[:k]
    discounts = 1 / np.log2(np.arange(len(hits)) + 2)
    ideal = discounts[: min(wanted, len(hits))].sum()
    return float((discounts * hits).sum() / ideal) if len(hits) else 0.0


def scores_of(run, conversation, items, length, cutoffs):
    verdicts, repeated = verdicts_of(run, conversation, items)
    kept = [place for place, verdict in enumerate(verdicts) if verdict not in ("seen", "out")]
    hits = [int(verdicts[place] == "hit") for place in kept]
    distinct = [int(verdicts[place] == "hit") for place in kept if not repeated[place]]
    wanted = len(run.wanted.get(conversation, []))
    first = items[:length]
    scores = {
        "in_catalog_ratio": np.mean([run.near_catalog[item] for item in first]) if first else 0.0,
        "duplicate_share": np.mean(repeated[:length]) if first else 0.0,
    }
    for k in cutoffs:
        scores[f"recall@{k}"] = recall(hits, wanted, k)
        scores[f"ndcg@{k}"] = ndcg(hits, wanted, k)
        scores[f"distinct_recall@{k}"] = recall(distinct, wanted, k)
        scores[f"distinct_ndcg@{k}"] = ndcg(distinct, wanted, k)
    return scores, verdicts, repeated


def same_verdict(ours, recorded):
    return ours == recorded or (ours == "out" and recorded in ("unknown_title", "wrong_year", "other_spelling"))


def check_answers(run, found):
    """Every recorded verdict, and every score of both evaluations, from ground truth and items."""
    length = int(run.settings["data.list_length"])
    cutoffs = sorted({int(name.split("@")[1]) for name in run.scores if "@" in name})
    for row, step in enumerate(run.steps):
        at_step = np.flatnonzero(run.ranks["step"] == step)
        answers = grouped(run.ranks["conversation"][at_step], at_step)
        for conversation in range(len(run.conversations)):
            places = answers.get(conversation, [])
            items = [int(run.ranks["item"][place]) for place in places]
            scores, verdicts, repeated = scores_of(run, conversation, items, length, cutoffs)
            for place, verdict, repeats in zip(places, verdicts, repeated):
                found.equal("verdict", same_verdict(verdict, run.verdicts[place]), f"{run.name} {conversation}")
                found.equal("repeat", repeats == bool(run.ranks["repeated"][place]), f"{run.name} {conversation}")
            for name, score in scores.items():
                recorded = run.scores[name][row][conversation]
                found.number("score of a conversation", score, recorded, SCORE_TOLERANCE, f"{run.name} {name}")


def rewarded(run, conversation, items):
    """Verdicts by the reward's rules: each ground truth is taken once, by title in normal form, the nearest year first."""
    seen = {run.titles[item] for item in run.seen.get(conversation, [])}
    wanted = [(normal_form(run.titles[item]), int(run.years[item]))
              for item in run.wanted.get(conversation, []) if run.can_be_hit(item)]
    given, verdicts = set(), []
    for item in items:
        title, year = normal_form(run.titles[item]), int(run.years[item])
        repeats = (title, year) in given
        given.add((title, year))
        nearest = [(title, year + offset) for offset in (0, 1, -1, 2, -2) if (title, year + offset) in wanted]
        if run.titles[item] in seen:
            verdicts.append("seen")
        elif not run.in_catalog[item]:
            verdicts.append("out")
        elif nearest:
            wanted.remove(nearest[0])
            verdicts.append("hit")
        else:
            verdicts.append("duplicate" if repeats else "miss")
    return verdicts


def check_kept_answers(run, found):
    """The verdicts beside the answers that the store keeps as text. Their ranks are lines; one without an item is
    unparsed."""
    last = run.ranks["step"] == run.steps[-1]
    ranks = grouped([answer for answer, _, _ in run.answer_ranks], range(len(run.answer_ranks)))
    for answer, identity in enumerate(run.answers):
        conversation = run.conversations.index(identity)
        places = np.flatnonzero(last & (run.ranks["conversation"] == conversation))
        lines = [int(line) for line in run.ranks["line"][places]]
        judged = dict(zip(lines, rewarded(run, conversation, [int(one) for one in run.ranks["item"][places]])))
        for place in ranks.get(answer, []):
            _, line, recorded = run.answer_ranks[place]
            ours = judged.get(int(line), "unparsed")
            found.equal("verdict of a kept answer", same_verdict(ours, recorded), f"{run.name} {identity} line {line}")


# --- Statistics ------------------------------------------------------------------------------------------------------


def context_index(run):
    """Conversations of one context are one unit; one without a context is its own."""
    names = run.contexts or [""] * len(run.conversations)
    names = [name or f"own {place}" for place, name in enumerate(names)]
    return np.unique(names, return_inverse=True)[1]


def clustered_variance(values, contexts):
    """Variance of a mean whose errors come by context (CR0)."""
    sums = np.bincount(contexts, weights=values - values.mean())
    return float((sums**2).sum()) / len(values) ** 2


class Crossed:
    """Mean of scores [seeds, conversations]; both are drawn. docs/statistics.md."""

    def __init__(self, scores, contexts=None):
        scores = np.atleast_2d(scores)
        self.mean = float(scores.mean(axis=1).mean())
        self.seeds = len(scores)
        self.seed_variance = float(scores.mean(axis=1).var(ddof=1)) / self.seeds if self.seeds > 1 else 0.0
        self.contexts = 1 if contexts is None else int(contexts.max()) + 1
        self.context_variance = 0.0
        if self.contexts > 1:
            mean = scores.mean(axis=0)
            variance = clustered_variance(mean, contexts)
            if self.seeds > 1:
                rest = sum(clustered_variance(one - mean, contexts) for one in scores)
                variance -= rest / (self.seeds * (self.seeds - 1))
            self.context_variance = max(0.0, variance * self.contexts / (self.contexts - 1))

    def half(self, alpha):
        total = 0.0
        for variance, units in ((self.seed_variance, self.seeds), (self.context_variance, self.contexts)):
            if variance > 0:
                total += variance * stats.t.ppf(1 - alpha / 2, units - 1) ** 2
        return np.sqrt(total)

    def interval(self, confidence):
        half = self.half(1 - confidence)
        return self.mean - half, self.mean + half

    def p(self, value=0.0):
        distance = abs(self.mean - value)
        if distance == 0:
            return 1.0
        if self.seed_variance + self.context_variance == 0:
            return 0.0
        if self.half(1e-280) < distance:
            return 0.0
        # At p = 1 the interval has no width: the logarithm is kept finite.
        excess = lambda x: np.log(max(self.half(np.exp(x)), 1e-300) / distance)
        return float(np.exp(optimize.brentq(excess, np.log(1e-280), 0)))


def holm(values):
    order = np.argsort(values, kind="stable")
    adjusted, largest = np.empty(len(values)), 0.0
    for place, i in enumerate(order):
        largest = max(largest, min(1.0, values[i] * (len(values) - place)))
        adjusted[i] = largest
    return adjusted


# --- Holding published numbers against them --------------------------------------------------------------------------


class Found:
    """Counts comparisons by what they are about; keeps the largest difference and the first failures."""

    def __init__(self):
        self.counts, self.largest, self.failures = {}, {}, []

    def number(self, what, ours, published, tolerance, where):
        both_nan = np.isnan(ours) and np.isnan(published)
        difference = 0.0 if both_nan else abs(ours - published)
        self.counts[what] = self.counts.get(what, 0) + 1
        self.largest[what] = max(self.largest.get(what, 0.0), difference)
        if not difference <= tolerance * max(1.0, abs(published)):
            self.failures.append(f"{what}, {where}: {ours!r} here, {published!r} published")

    def equal(self, what, holds, where):
        self.counts[what] = self.counts.get(what, 0) + 1
        if not holds:
            self.failures.append(f"{what}, {where}: differs")

    def report(self):
        for what, count in self.counts.items():
            largest = f", largest difference {self.largest[what]:.1e}" if what in self.largest else ""
            print(f"{count:9d}  {what}{largest}")
        for failure in self.failures[:20]:
            print("NOT FOUND AGAIN:", failure)
        print(f"{len(self.failures)} of {sum(self.counts.values())} differ")


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(cell):
    return float(cell) if cell else None


# --- Arms, comparisons, claims ---------------------------------------------------------------------------------------


def leaves(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, prefix + key + ".")
        else:
            yield prefix + key, str(value).lower() if isinstance(value, bool) else str(value)


def parts_of(label):
    """ "preset=grpo, reduction=grpo" as pairs; a plain value belongs to any key."""
    return [tuple(part.split("=", 1)) if "=" in part else (None, part) for part in label.split(", ")]


def matches(run, label):
    """A run that counts belongs to a label that names its policy.kind, and no other run does."""
    kinds = [wanted for key, wanted in parts_of(label) if key in (None, "kind") and wanted in ("popularity", "neighbours")]
    if run.counted or kinds:
        return run.counted and kinds == [run.settings["policy.kind"]]
    return all(any(value == wanted and key in (None, name, name.rsplit(".", 1)[-1]) for name, value in run.settings.items())
               for key, wanted in parts_of(label))


def arms_of(runs, labels):
    """label -> its runs by seed; a run belongs to the most specific label that fits it."""
    arms = {label: {} for label in labels}
    for run in runs:
        fitting = [label for label in labels if matches(run, label)]
        if fitting:
            arms[max(fitting, key=lambda label: len(parts_of(label)))][run.settings["seed"]] = run
    return arms


def start_of(run):
    """What tells a run's start: its scores at step 0 where it was evaluated later too, or the settings of the stages
    before RL. What counts has none."""
    if run.counted:
        return None
    if len(run.steps) > 1:
        return tuple(run.scores[name][0].tobytes() for name in sorted(run.scores))
    stages = ("data.", "policy.", "pretrain.", "sft.", "teacher.", "embedder.", "demonstrations.")
    own = run.settings["seed"] if run.settings["sft.own_seed"] == "true" else ""
    return own, tuple(sorted((key, value) for key, value in run.settings.items() if key.startswith(stages)))


class Side:
    """Runs of one arm, or the start that they share with the other side."""

    def __init__(self, runs, is_start):
        self.runs, self.is_start = runs, is_start

    def scores(self, metric):
        if " - " in metric:
            left, right = metric.split(" - ")
            return self.scores(left) - self.scores(right)
        return np.array([run.start(metric) if self.is_start else run.final(metric) for run in self.runs])


def runs_of(arm):
    return [arm[seed] for seed in sorted(arm)]


def is_counted(arm):
    return any(run.counted for run in arm.values())


def sides_of(arms, left, right, starts=(), baseline="SFT"):
    """Both sides, in pairs of one seed. What counts has no seeds: it stands beside each run of the other side, or beside
    each different start of `starts`, the runs that the report names."""
    if baseline in (left, right) and is_counted(arms[left if right == baseline else right]):
        [counted] = runs_of(arms[left if right == baseline else right])
        different = list({start_of(run): run for run in reversed(starts) if not run.counted}.values())[::-1]
        sides = Side([counted] * len(different), False), Side(different, True)
        return sides if right == baseline else sides[::-1]
    if baseline not in (left, right) and left != right and (is_counted(arms[left]) or is_counted(arms[right])):
        pairs = [(a, b) for a in runs_of(arms[left]) for b in runs_of(arms[right])]
        return Side([a for a, _ in pairs], False), Side([b for _, b in pairs], False)
    if right == baseline or left == baseline:
        runs = [arms[left if right == baseline else right][seed] for seed in sorted(arms[left if right == baseline else right])]
        runs = [run for run in runs if len(run.steps) > 1]
        return Side(runs, left == baseline), Side(runs, right == baseline)
    seeds = sorted(arms[left].keys() & arms[right].keys())
    return Side([arms[left][seed] for seed in seeds], False), Side([arms[right][seed] for seed in seeds], False)


def units_of(left, right):
    """The unit of each pair: its start, where starts differ between pairs; else each pair its own."""
    starts = [(start_of(a), start_of(b)) for a, b in zip(left.runs, right.runs)]
    if len(set(starts)) <= 1:
        return np.arange(len(starts))
    return np.unique([starts.index(start) for start in starts], return_inverse=True)[1]


def by_unit(rows, units):
    return np.array([rows[units == unit].mean(axis=0) for unit in range(int(units.max()) + 1)])


def curve_of(run, metric):
    return run.curve_steps.astype(float), run.curves[metric].astype(float).mean(axis=1)


def first_reach(steps, values, level):
    for i, value in enumerate(values):
        if value >= level:
            if i == 0:
                return steps[0]
            return steps[i - 1] + (level - values[i - 1]) / (value - values[i - 1]) * (steps[i] - steps[i - 1])
    return steps[-1]


def common_level(sides, metric):
    starts, gains = [], []
    for side in sides:
        curves = [curve_of(run, metric)[1] for run in side.runs]
        starts += [curve[0] for curve in curves]
        gains.append(np.mean([curve[-1] - curve[0] for curve in curves]))
    gains = [gain for gain in gains if gain > 0]
    return np.mean(starts) + min(gains) / 2 if gains else np.inf


def of_run(run, metric, level):
    """What a run has as a whole: the mean of a series, the roughness of a curve, steps to something."""
    kind, name = metric.split(":", 1)
    if kind == "series":
        place = name.rsplit("/", 1)
        values = run.series[place[0]][:, int(place[1]) - 1] if name not in run.series else run.series[name]
        return values.mean()
    steps, values = curve_of(run, name)
    if kind == "roughness":
        return np.diff(values).std(ddof=1)
    if kind == "half_gain_steps":
        gain = values[-1] - values[0]
        return first_reach(steps, values, values[0] + gain / 2) if gain > 0 else steps[-1]
    return first_reach(steps, values, level)


def rows_of_side(side, metric, level):
    """[runs, conversations], or [runs, 1] of what a run has as a whole; and whether conversations are those of curves."""
    if metric.startswith("curve:"):
        return np.array([run.curves[metric[6:]][1:].astype(float).mean(axis=0) for run in side.runs])
    if ":" in metric:
        return np.array([[of_run(run, metric, level)] for run in side.runs])
    return side.scores(metric)


def contexts_for(run, metric):
    if metric.startswith("curve:"):
        names = [name or f"own {place}" for place, name in enumerate(run.curve_contexts)]
        return np.unique(names, return_inverse=True)[1]
    return None if ":" in metric else context_index(run)


# Contrasts of a course: weights of beginning, early, late and end.
RISES = [((-1, 0, 0, 1), 1), ((-.25, -1, 0, 1.25), 0), ((-.25, 0, -1, 1.25), 0)]
PEAKS = [[((-1, 1, 0, 0), 1), ((0, 1, 0, -1), 1)], [((-1, 0, 1, 0), 1), ((0, 0, 1, -1), 1)]]


def all_of(contrasts, courses, margin):
    """(holds, p) of contrasts that must all be above their boundary."""
    parts = []
    for weights, margins in contrasts:
        error = Crossed((courses @ np.array(weights))[:, None])
        boundary = margin * margins
        parts.append((error.mean > boundary, error.p(boundary)))
    against = [p for holds, p in parts if not holds]
    return (False, min(1.0, len(parts) * min(against))) if against else (True, max(p for _, p in parts))


def shape_p(courses, relation, margin):
    if relation == "rises":
        return all_of(RISES, courses, margin)[1]
    early, late = (all_of(peak, courses, margin) for peak in PEAKS)
    if early[0] != late[0]:
        return min(1.0, 2 * (early if early[0] else late)[1])
    return min(1.0, 2 * min(early[1], late[1])) if early[0] else max(early[1], late[1])


def course_of(values):
    n = len(values)
    return [values[a * n // 8:b * n // 8].mean() for a, b in ((0, 1), (1, 3), (3, 6), (6, 8))]


def pitman_morgan(left, right):
    r = np.corrcoef(left - right, left + right)[0, 1]
    t = r * np.sqrt((len(left) - 2) / (1 - r * r))
    return float(2 * stats.t.sf(abs(t), len(left) - 2))


def p_of_claim(claim, arms, by_name):
    """The claim's p before correction, the error behind it, and None where there is none."""
    relation, metric = claim["relation"], claim["metric"]
    if relation.startswith("rises"):
        runs = [arms[claim["left"]][seed] for seed in sorted(arms[claim["left"]])]
        name, place = metric[len("series:"):].rsplit("/", 1)
        side = Side(runs, False)
        courses = np.array([course_of(run.series[name][:, int(place) - 1]) for run in runs])
        return shape_p(by_unit(courses, units_of(side, side)), relation, claim["margin"]), None
    target = claim["target"]
    behind = [by_name[name] for name in claim["runs"]]
    left, right = sides_of(arms, claim["left"], claim["right"] or claim["left"], behind)
    units = units_of(left, right)
    if metric.startswith("spread:"):
        rows = [rows_of_side(side, metric[7:], None).mean(axis=1) for side in (left, right)]
        return pitman_morgan(*(by_unit(row, units) for row in rows)), None
    level = common_level((left, right), metric.split(":")[1]) if metric.startswith("target_steps:") else None
    rows = rows_of_side(left, metric, level)
    others = np.full_like(rows, target) if target is not None else rows_of_side(right, claim["right_metric"], level)
    error = Crossed(by_unit(rows - others, units), contexts_for(left.runs[0], metric))
    sign = -1 if relation == "<" else 1
    return error.p(sign * claim["margin"]), error


def check_published(folder, runs, found):
    """comparisons.csv and claims.json: effects, errors, intervals at their levels, p values and Holm's correction."""
    pairs = rows_of(os.path.join(folder, "comparisons.csv"))
    claims = []  # a report without claims has no such file
    if os.path.exists(os.path.join(folder, "claims.json")):
        with open(os.path.join(folder, "claims.json"), encoding="utf-8") as file:
            claims = json.load(file)["claims"]
    labels = {row[side] for row in pairs + claims for side in ("left", "right")} - {"SFT", ""}
    arms = arms_of(runs, labels)
    by_name = {run.name: run for run in runs}
    tests, published = {}, []
    for row in pairs:
        if not row["seeds"] or row["seeds"] == "0":
            continue
        left, right = sides_of(arms, row["left"], row["right"], [by_name[name] for name in row["runs"].split()])
        metric = row["metric"]
        error = Crossed(by_unit(left.scores(metric) - right.scores(metric), units_of(left, right)),
                        context_index(left.runs[0]))
        where = f"{row['left']} - {row['right']}, {metric}"
        low, high = error.interval(1 - float(row["level"]))
        for name, ours in (("difference", error.mean), ("low", low), ("high", high), ("p", error.p()),
                           ("seed_error", np.sqrt(error.seed_variance)),
                           ("context_error", np.sqrt(error.context_variance))):
            found.number(f"comparison: {name}", ours, float(row[name]), TOLERANCE, where)
        key = frozenset([(row["left"], metric), (row["right"], metric)]), 0.0
        tests[key] = error.p()
        published.append((key, float(row["p_holm"]), where))
    for claim in claims:
        if claim["p"] is None:
            continue
        p, error = p_of_claim(claim, arms, by_name)
        where = claim["sentence"]
        found.number("claim: p", p, claim["p"], TOLERANCE, where)
        if error:
            low, high = error.interval(1 - claim["level"])
            for name, ours in (("effect", error.mean), ("low", low), ("high", high)):
                found.number(f"claim: {name}", ours, claim[name], TOLERANCE, where)
        if claim["relation"].startswith("rises") or claim["metric"].startswith("spread:") or claim["target"] is not None:
            key = claim["left"], claim["metric"], claim["relation"], claim["target"], claim["right"]
        else:
            key = frozenset([(claim["left"], claim["metric"]), (claim["right"], claim["right_metric"])]), claim["margin"]
        tests.setdefault(key, p)
        published.append((key, claim["p_holm"], where))
    adjusted = dict(zip(tests, holm(np.array(list(tests.values())))))
    for key, p_holm, where in published:
        found.number("p (Holm)", adjusted[key], p_holm, TOLERANCE, where)


def check_table(folder, runs, found):
    """table.csv: every mean with its interval. A row's runs stand beside it; a row SFT, of which there is one for each
    start that settings tell apart, is their step 0."""
    by_name = {run.name: run for run in runs}
    for row in rows_of(os.path.join(folder, "table.csv")):
        if not row["mean"] or row["source"]:
            continue
        side = Side([by_name[name] for name in row["runs"].split()], row["row"] == "SFT" or row["row"].startswith("SFT ("))
        scores = side.scores(row["metric"])
        scores = np.unique(scores, axis=0) if side.is_start else scores
        error = Crossed(scores, context_index(side.runs[0]))
        low, high = error.interval(.95)
        for name, ours in (("mean", error.mean), ("low", low), ("high", high)):
            found.number(f"table: {name}", ours, float(row[name]), TOLERANCE, f"{row['row']}, {row['metric']}")


def main(folder):
    runs = [Run(path) for path in sorted(glob.glob(os.path.join(folder, "*.h5.gz")))]
    if not runs:
        sys.exit(f"{folder}: no run (*.h5.gz) here")
    found = Found()
    for run in runs:
        if run.has_lists:
            check_answers(run, found)
            check_kept_answers(run, found)
    without = sum(not run.has_lists for run in runs)
    if without:
        print(f"{without} of {len(runs)} stores keep no lists: their answers and metrics are taken as recorded")
    check_table(folder, runs, found)
    check_published(folder, runs, found)
    found.report()
    return 1 if found.failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
