"""A run of the suite as pandas tables. One file, made to be copied into your own work; it needs h5py and pandas.

    from read_run import read_run, read_runs
    run = read_run("results/quickstart/runs/3f0c5a81b2d4/store.h5")
    run.series                  # a row a step: step, reward, step_s, reward_by_rank/1, reward_by_rank/2, ...
    run.scores                  # a row a conversation at an evaluation: split, step, conversation, ndcg@10, ...
    run.answers                 # a row a rank of the answers that are kept: when, conversation, line, verdict, text, ...
    run.setting("rl.steps")     # of the run's config
    run.summary["wall_s"]       # texts; run.provenance likewise

    runs = read_runs("results/quickstart/runs")     # a list, in the order of the folders
    means = pd.concat(run.scores.assign(arm=run.setting("objective.preset")) for run in runs)
    means[means.split == "test"].groupby(["arm", "step"])["ndcg@10"].mean()

A run that is still being written can be read too, if no program holds the file's lock (HDF5_USE_FILE_LOCKING=FALSE).
What each series is: algorithms/diagnostics.h, harness/rl/trainer.h. What a store holds: harness/metrics/run_record.h.
Kept results (results/published) become stores by `./bazelw run //reports:unpack -- --out=DIR results/published/NAME`.
"""
import dataclasses
import pathlib
import tomllib

import h5py
import pandas as pd

FORMAT = "rank_grpo_suite.metrics"
ANSWERS = {"first_answers": "start", "answers": "end", "rollouts": "last rollout"}


@dataclasses.dataclass
class Run:
    name: str  # the hash of its settings
    status: str  # "done", "running" (or cut off), "failed"
    config: dict  # nested, as in TOML
    provenance: dict
    summary: dict
    series: pd.DataFrame
    scores: pd.DataFrame
    answers: pd.DataFrame

    def setting(self, key):
        """ "rl.group_size" of the config; KeyError for a setting that it lacks."""
        value = self.config
        for part in key.split("."):
            value = value[part]
        return value


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def texts(group, name):
    return {key: text(value) for key, value in group[name].attrs.items()} if name in group else {}


def series_of(store):
    columns = {"step": store["step"][()]}

    def add(name, data):
        if not isinstance(data, h5py.Dataset):
            return
        values = data[()]
        if values.ndim == 1:
            columns[name] = values
            return
        for rank in range(values.shape[1]):
            columns[f"{name}/{rank + 1}"] = values[:, rank]

    store["series"].visititems(add)
    rows = min(len(column) for column in columns.values())  # a kill may leave the last row half written
    return pd.DataFrame({name: column[:rows] for name, column in columns.items()})


def scores_of(store):
    tables = []
    for split, group in store["scores"].items():
        conversations = [text(one) for one in group["conversation_ids"][()]]
        values = {text(name): group["values"][text(name)] for name in group["metric_names"][()]}
        rows = min([len(group["step"]), *(len(one) for one in values.values())])
        for row in range(rows):
            table = {"split": split, "step": int(group["step"][row]), "conversation": conversations}
            tables.append(pd.DataFrame(table | {name: one[row] for name, one in values.items()}))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def answers_of(store):
    tables = []
    for name, when in ANSWERS.items():
        if name not in store or "ranks" not in store[name]:
            continue
        group = store[name]
        ranks = pd.DataFrame({key: data[()] for key, data in group["ranks"].items()})
        whose = [text(one) for one in group["conversation_id"][()]]
        written = [text(one).split("\n") for one in group["text"][()]]
        ranks["verdict"] = ranks["verdict"].map(text)
        ranks["when"] = when
        ranks["conversation"] = [whose[answer] for answer in ranks["answer"]]
        ranks["text"] = [written[answer][line] if 0 <= line < len(written[answer]) else ""
                         for answer, line in zip(ranks["answer"], ranks["line"])]
        first = ["when", "conversation", "answer", "line", "text", "verdict"]
        tables.append(ranks[first + [name for name in ranks if name not in first]])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def read_run(path):
    """Raises OSError for what is no HDF5 file, ValueError for what is no run of the suite."""
    with h5py.File(path, "r") as store:
        if text(store.attrs.get("format", "")) != FORMAT:
            raise ValueError(f"{path}: no run of the suite; format '{text(store.attrs.get('format', ''))}'")
        return Run(
            name=text(store.attrs["run_name"]),
            status=text(store.attrs["status"]),
            config=tomllib.loads(text(store.attrs["config"])),
            provenance=texts(store, "provenance"),
            summary=texts(store, "summary"),
            series=series_of(store),
            scores=scores_of(store),
            answers=answers_of(store),
        )


def read_runs(folder):
    return [read_run(path) for path in sorted(pathlib.Path(folder).glob("*/store.h5"))]
