"""Writes the seeds of the fuzz target `arrow_stream` with pyarrow.

usage: arrow_stream_seeds.py FOLDER          (tests/fuzz/corpus/arrow_stream; needs pyarrow with zstd and lz4)

Small tables of each form that the reader of Reddit-v2 takes, and of types that it does not: what a file may hold beside
its own columns goes through Arrow's own reader all the same.
"""

import datetime
import decimal
import sys
from pathlib import Path

import pyarrow as pa

MESSAGES = pa.list_(pa.struct([("content", pa.string()), ("role", pa.string())]))
PROMPT = [[{"content": "A film?", "role": "user"}], [{"content": "s", "role": "system"}, {"content": "?", "role": "user"}]]


def rl_table(messages=MESSAGES, pair=pa.list_(pa.string()), films=(("Heat", "1995"),), titles=pa.list_(pa.string())):
    return pa.table({
        "prompt": pa.array(PROMPT, messages),
        "groundtruth_with_release_year": pa.array([list(films), []], pa.list_(pair)),
        "seen_titles": pa.array([["Alien"], []], titles),
    })


def large(string):
    return pa.large_list(pa.struct([("content", string), ("role", string)]))


def other_types():
    """Columns that the reader passes over, of as many types as a row can show."""
    return rl_table().append_column("i", pa.array([1, None], pa.int32())) \
        .append_column("dictionary", pa.array(["a", "b"]).dictionary_encode()) \
        .append_column("map", pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64()))) \
        .append_column("decimal", pa.array([decimal.Decimal("1.5"), None])) \
        .append_column("time", pa.array([datetime.datetime(2020, 1, 1), None])) \
        .append_column("fixed", pa.array([b"ab", b"cd"], pa.binary(2))) \
        .append_column("bool", pa.array([True, None])) \
        .append_column("null", pa.nulls(2)) \
        .append_column("extension", pa.array(["{}", "1"], pa.json_()))


def refused_types():
    """Unions, runs and views, which are refused by their schema."""
    types = pa.array([0, 1], pa.int8())
    sparse = pa.UnionArray.from_sparse(types, [pa.array([1, 2]), pa.array(["a", "b"])])
    dense = pa.UnionArray.from_dense(types, pa.array([0, 0], pa.int32()), [pa.array([1]), pa.array(["b"])])
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([1, 2], pa.int32()), pa.array(["a", "b"]))
    return pa.table({"messages": pa.array([PROMPT[0]] * 2, MESSAGES), "sparse": sparse, "dense": dense, "runs": runs,
                     "view": pa.array(["a long enough text", "b"], pa.string_view()),
                     "list_view": pa.array([[1], []], pa.list_view(pa.int8()))})


SEEDS = {
    "rl": (rl_table(), {}),
    "rl_struct": (rl_table(pair=pa.struct([("title", pa.string()), ("year", pa.int64())]),
                           films=[{"title": "Heat", "year": 1995}]), {}),
    "rl_large": (rl_table(large(pa.large_string()), pa.list_(pa.large_string(), 2), titles=pa.large_list(pa.string())), {}),
    "sft": (pa.table({"prompt": pa.array(PROMPT, MESSAGES),
                      "completion": pa.array([[{"content": "Heat (1995)", "role": "assistant"}]] * 2, MESSAGES)}), {}),
    "messages": (pa.table({"messages": pa.array([PROMPT[0] + [{"content": "Heat (1995)", "role": "assistant"}]],
                                                MESSAGES)}), {}),
    "zstd": (rl_table(), {"compression": "zstd"}),
    "lz4": (rl_table(), {"compression": "lz4"}),
    "legacy": (rl_table(), {"use_legacy_format": True}),
    "no_rows": (rl_table().slice(0, 0), {}),
    "other_types": (other_types(), {"unify_dictionaries": False}),
    "refused_types": (refused_types(), {}),
}


def main(folder):
    for name, (table, options) in SEEDS.items():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
            writer.write_table(table, max_chunksize=1 if name == "rl" else None)
        (Path(folder) / ("seed_" + name)).write_bytes(sink.getvalue())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
