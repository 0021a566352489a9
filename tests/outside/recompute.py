#!/usr/bin/env python3
"""Recomputes a published experiment from its records alone: matching, metrics, means, intervals, tests, Holm.

    python3 tests/outside/recompute.py results/published/table1

A kept record (reports/kept/pack_runs.h) tells how every answered rank was judged: all metrics of all conversations follow
from that. The items behind it are kept of the conversations whose answers are shown: there matching is done again, too. In a
whole store, which keeps every item, it is done for all.

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


KEPT_FORMAT = "rank_grpo_suite.kept"
SHARED = "shared.h5.gz"
# A byte of a kept list: a verdict, whether the answer gave the item before, whether it is near the catalogue.
VERDICTS = ["hit", "miss", "duplicate", "seen", "unknown_title", "wrong_year", "other_spelling"]
OUT = ("unknown_title", "wrong_year", "other_spelling")
REPEATED, NEAR = 8, 16


def arrays_of(path):
    """All datasets of a packed HDF5 file by name, texts as str, and its attributes by group."""
    arrays, texts = {}, {}

    def visit(name, one):
        if isinstance(one, h5py.Dataset):
            arrays[name] = one[()] if one.dtype.kind != "S" else [text(line) for line in one[()]]
        else:
            texts[name] = {key: text(value) for key, value in one.attrs.items()}

    with gzip.open(path) as packed, h5py.File(io.BytesIO(packed.read()), "r") as store:
        texts[""] = {key: text(value) for key, value in store.attrs.items()}
        store.visititems(visit)
    return arrays, texts


class Lists:
    """Of some conversations: ground truth, history and every answered item."""

    def __init__(self, arrays, prefix):
        self.titles = arrays[prefix + "items/title"]
        self.years = arrays[prefix + "items/year"].astype(np.int64)
        self.in_catalog = arrays[prefix + "items/in_catalog"].astype(bool)
        self.near_catalog = arrays[prefix + "items/near_catalog"].astype(bool)
        self.wanted = grouped(arrays[prefix + "ground_truth/conversation"], arrays[prefix + "ground_truth/item"])
        self.seen = grouped(arrays[prefix + "seen/conversation"], arrays[prefix + "seen/item"])
        names = ("step", "conversation", "line", "item", "repeated")
        self.ranks = {name: arrays[prefix + "ranks/" + name].astype(np.int64) for name in names}
        self.verdicts = arrays[prefix + "ranks/verdict"]


class Run:
    """One record, kept or a whole store, as plain arrays."""

    def __init__(self, path):
        self.name = os.path.basename(path).split(".")[0]
        arrays, texts = arrays_of(path)
        self.is_kept = texts[""]["format"] == KEPT_FORMAT
        if self.is_kept:
            shared = arrays_of(os.path.join(os.path.dirname(path), SHARED))[0]
            arrays.update({name: shared["arrays/" + key] for name, key in texts.get("texts/shared", {}).items()})
        self.arrays = arrays
        self.steps = arrays[f"scores/{SPLIT}/step"].astype(np.int64)
        self.scores = self.scores_of_split(SPLIT)
        self.conversations = arrays[f"scores/{SPLIT}/conversation_ids"]
        self.contexts = arrays.get(f"scores/{SPLIT}/context_ids", [])
        self.series = {name[len("series/"):]: values.astype(float)
                       for name, values in arrays.items() if name.startswith("series/")}
        self.answers = arrays["answers/conversation_id"]
        ranks = [arrays.get("answers/ranks/" + name, []) for name in ("answer", "line", "verdict")]
        self.answer_ranks = list(zip(*ranks))
        prefix = f"lists/{SPLIT}/"
        self.judged = judged_answers(arrays, prefix, self.steps) if prefix + "wanted" in arrays else None
        with_items = prefix + ("shown/" if self.is_kept else "")
        self.lists = Lists(arrays, with_items) if with_items + "items/title" in arrays else None  # older stores: none
        self.curve_steps = arrays["scores/validation/step"].astype(np.int64)
        self.curves = self.scores_of_split("validation")
        self.curve_contexts = arrays.get("scores/validation/context_ids",
                                         [""] * len(arrays["scores/validation/conversation_ids"]))
        config = texts["texts/record" if self.is_kept else ""]["config"]
        self.settings = dict(leaves(tomllib.loads(config)))
        self.counted = self.settings.get("policy.kind", "language_model") != "language_model"

    def scores_of_split(self, split):
        """By metric, [evaluations, conversations]."""
        prefix = f"scores/{split}/"
        names = self.arrays[prefix + "metric_names"]
        if not self.is_kept:
            return {name: self.arrays[prefix + "values/" + name] for name in names}
        places = np.vstack([self.arrays[prefix + "start"][None, :], self.arrays[prefix + "later"]]).astype(np.int64)
        patterns = self.arrays[prefix + "patterns"]
        return {name: patterns[places, column] for column, name in enumerate(names)}

    def can_be_hit(self, wanted):
        """A film needs a year that is known; what is written without one has none."""
        return self.lists.years[wanted] >= 0 or self.settings.get("data.item_form", "title_year") != "title_year"

    def final(self, metric):
        return self.scores[metric][-1].astype(float)

    def start(self, metric):
        return self.scores[metric][0].astype(float)


def grouped(keys, values):
    groups = {}
    for key, value in zip(keys, values):
        groups.setdefault(int(key), []).append(int(value))
    return groups


def judged_answers(arrays, prefix, steps):
    """How many a conversation wanted, and by evaluation the bytes of each conversation's ranks."""
    by_step = []
    for step in steps:
        lengths = arrays[f"{prefix}length/{step}"].astype(np.int64)
        by_step.append(np.split(arrays[f"{prefix}judged/{step}"], np.cumsum(lengths)[:-1]))
    return arrays[prefix + "wanted"].astype(np.int64), by_step


# --- What an answer is worth, from the items alone -------------------------------------------------------------------


def normal_form(title):
    """Title as repeats are told: white space squeezed and trimmed, case folded."""
    return " ".join(title.split()).casefold()


def verdicts_of(run, conversation, items):
    """The verdicts of an answer's items, in their order: seen, out of the catalogue, hit, duplicate, miss."""
    seen = {run.lists.titles[item] for item in run.lists.seen.get(conversation, [])}
    given, repeated, verdicts = set(), [], []
    for item in items:
        key = (normal_form(run.lists.titles[item]), int(run.lists.years[item]))
        repeated.append(key in given)
        given.add(key)
        if run.lists.titles[item] in seen:
            verdicts.append("seen")
        elif not run.lists.in_catalog[item]:
            verdicts.append("out")
        else:
            verdicts.append("duplicate" if repeated[-1] else "miss")
    for wanted in run.lists.wanted.get(conversation, []):
        if not run.can_be_hit(wanted):
            continue
        for place, item in enumerate(items):
            near = abs(int(run.lists.years[item]) - int(run.lists.years[wanted])) <= 2
            if verdicts[place] not in ("seen", "out") and run.lists.titles[item] == run.lists.titles[wanted] and near:
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


def scores_of(verdicts, repeated, near, wanted, length, cutoffs):
    """Every metric of an answer, from the judgement of its items in their order."""
    kept = [place for place, verdict in enumerate(verdicts) if verdict not in ("seen", "out")]
    hits = [int(verdicts[place] == "hit") for place in kept]
    distinct = [int(verdicts[place] == "hit") for place in kept if not repeated[place]]
    scores = {
        "in_catalog_ratio": np.mean(near[:length]) if len(near) else 0.0,
        "duplicate_share": np.mean(repeated[:length]) if len(repeated) else 0.0,
    }
    for k in cutoffs:
        scores[f"recall@{k}"] = recall(hits, wanted, k)
        scores[f"ndcg@{k}"] = ndcg(hits, wanted, k)
        scores[f"distinct_recall@{k}"] = recall(distinct, wanted, k)
        scores[f"distinct_ndcg@{k}"] = ndcg(distinct, wanted, k)
    return scores


def same_verdict(ours, recorded):
    return ours == recorded or (ours == "out" and recorded in OUT)


def scores_of_judgement(run, judgement):
    length = int(run.settings["data.list_length"])
    cutoffs = sorted({int(name.split("@")[1]) for name in run.scores if "@" in name})
    return scores_of(*judgement, length, cutoffs)


def check_scores(run, found, row, conversation, scores):
    for name, score in scores.items():
        if name in run.scores:
            recorded = run.scores[name][row][conversation]
            found.number("score of a conversation", score, recorded, SCORE_TOLERANCE, f"{run.name} {name}")


def check_judged(run, found):
    """Every score of both evaluations, from the judgement of each rank."""
    wanted, by_step = run.judged
    known = {}  # many conversations are judged alike
    for row, answers in enumerate(by_step):
        scores = []
        for conversation, judged in enumerate(answers):
            key = judged.tobytes(), int(wanted[conversation])
            if key not in known:
                verdicts = ["out" if VERDICTS[byte % REPEATED] in OUT else VERDICTS[byte % REPEATED] for byte in judged]
                judgement = verdicts, (judged & REPEATED) > 0, (judged & NEAR) > 0, wanted[conversation]
                known[key] = scores_of_judgement(run, judgement)
            scores.append(known[key])
        for name in set(scores[0]) & set(run.scores):
            ours = np.array([one[name] for one in scores])
            found.numbers("score of a conversation", ours, run.scores[name][row], SCORE_TOLERANCE, f"{run.name} {name}")


def check_answers(run, found):
    """Every recorded verdict, and every score of both evaluations, from ground truth and items: of all conversations, or
    of those whose items are kept."""
    lists = run.lists
    for row, step in enumerate(run.steps):
        at_step = np.flatnonzero(lists.ranks["step"] == step)
        answers = grouped(lists.ranks["conversation"][at_step], at_step)
        asked = range(len(run.conversations)) if not run.is_kept else sorted(lists.wanted)
        for conversation in asked:
            places = answers.get(conversation, [])
            items = [int(lists.ranks["item"][place]) for place in places]
            verdicts, repeated = verdicts_of(run, conversation, items)
            near = [lists.near_catalog[item] for item in items]
            for place, verdict, repeats in zip(places, verdicts, repeated):
                found.equal("verdict", same_verdict(verdict, lists.verdicts[place]), f"{run.name} {conversation}")
                found.equal("repeat", repeats == bool(lists.ranks["repeated"][place]), f"{run.name} {conversation}")
            wanted = len(lists.wanted.get(conversation, []))
            scores = scores_of_judgement(run, (verdicts, repeated, near, wanted))
            check_scores(run, found, row, conversation, scores)
            if run.is_kept:
                bytes_of = [VERDICTS.index(lists.verdicts[place]) + REPEATED * repeats + NEAR * is_near
                            for place, repeats, is_near in zip(places, repeated, near)]
                kept = run.judged[1][row][conversation]
                found.equal("judgement of a rank", bytes_of == [int(byte) for byte in kept], f"{run.name} {conversation}")


def rewarded(run, conversation, items):
    """Verdicts by the reward's rules: each ground truth is taken once, by title in normal form, the nearest year first."""
    seen = {run.lists.titles[item] for item in run.lists.seen.get(conversation, [])}
    wanted = [(normal_form(run.lists.titles[item]), int(run.lists.years[item]))
              for item in run.lists.wanted.get(conversation, []) if run.can_be_hit(item)]
    given, verdicts = set(), []
    for item in items:
        title, year = normal_form(run.lists.titles[item]), int(run.lists.years[item])
        repeats = (title, year) in given
        given.add((title, year))
        nearest = [(title, year + offset) for offset in (0, 1, -1, 2, -2) if (title, year + offset) in wanted]
        if run.lists.titles[item] in seen:
            verdicts.append("seen")
        elif not run.lists.in_catalog[item]:
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
    last = run.lists.ranks["step"] == run.steps[-1]
    ranks = grouped([answer for answer, _, _ in run.answer_ranks], range(len(run.answer_ranks)))
    for answer, identity in enumerate(run.answers):
        conversation = run.conversations.index(identity)
        places = np.flatnonzero(last & (run.lists.ranks["conversation"] == conversation))
        lines = [int(line) for line in run.lists.ranks["line"][places]]
        judged = dict(zip(lines, rewarded(run, conversation, [int(one) for one in run.lists.ranks["item"][places]])))
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

    def numbers(self, what, ours, published, tolerance, where):
        """The same for arrays."""
        both_nan = np.isnan(ours) & np.isnan(published)
        difference = np.where(both_nan, 0.0, np.abs(ours - published))
        wrong = np.flatnonzero(~(difference <= tolerance * np.maximum(1.0, np.abs(published))) & ~both_nan)
        self.counts[what] = self.counts.get(what, 0) + len(ours)
        self.largest[what] = max(self.largest.get(what, 0.0), float(np.nanmax(difference, initial=0.0)))
        for place in wrong:
            self.failures.append(f"{what}, {where}, {place}: {ours[place]!r} here, {published[place]!r} published")

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


def paths_of(folder):
    return [path for path in sorted(glob.glob(os.path.join(folder, "*.h5.gz"))) if os.path.basename(path) != SHARED]


def main(folder):
    runs = [Run(path) for path in paths_of(folder)]
    if not runs:
        sys.exit(f"{folder}: no run (*.h5.gz) here")
    found = Found()
    for run in runs:
        if run.judged:
            check_judged(run, found)
        if run.lists:
            check_answers(run, found)
            check_kept_answers(run, found)
    kept = sum(run.is_kept and run.judged is not None for run in runs)
    if kept:
        print(f"{kept} of {len(runs)} records keep how each rank was judged, and items of shown conversations only")
    without = sum(not run.lists for run in runs)
    if without:
        print(f"{without} of {len(runs)} records keep no lists: their answers and metrics are taken as recorded")
    check_table(folder, runs, found)
    check_published(folder, runs, found)
    found.report()
    return 1 if found.failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
