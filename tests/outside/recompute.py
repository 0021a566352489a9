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
            self.series = {name: store[f"series/{name}"][:] for name in series_names(store)}
            self.answers = [text(one) for one in store["answers/conversation_id"][:]]
            self.answer_ranks = []
            if "answers/ranks" in store:
                kept = store["answers/ranks"]
                self.answer_ranks = list(zip(kept["answer"][:], kept["line"][:], map(text, kept["verdict"][:])))
            config = store.attrs["config"]
            self.config = text(config)

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
        if run.years[wanted] < 0:
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


def list_length(config):
    section = config[config.index("[data]"):]
    line = next(line for line in section.splitlines() if line.startswith("list_length"))
    return int(line.split("=")[1])


def check_answers(run, found):
    """Every recorded verdict, and every score of both evaluations, from ground truth and items."""
    length = list_length(run.config)
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
    wanted = [(normal_form(run.titles[item]), int(run.years[item])) for item in run.wanted.get(conversation, [])]
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
        return float(np.exp(optimize.brentq(lambda x: np.log(self.half(np.exp(x)) / distance), np.log(1e-280), 0)))


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
