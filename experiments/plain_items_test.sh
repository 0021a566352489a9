#!/bin/bash
# Table 1's smoke profile on what is no film, from plain JSONL: books with their authors, written as titles, and products
# that have codes and no names. The checkpoint is the one that the miniature's smoke profile leaves.
set -euo pipefail
program=$1 config=$2 examples=$3
out=$TEST_TMPDIR/results
run() {
  "$program" --config="$config" --profile=smoke --set seed=3407 --set 'sft.demonstrations="ground_truth"' --out="$out/$1" "${@:2}" \
    >"$TEST_TMPDIR/log" 2>&1 || { cat "$TEST_TMPDIR/log"; exit 1; }
  [[ -s $out/$1/$(basename "$config" .toml)-smoke/report.md ]]
}
run films --set 'objective.preset="grpo"'
model=$(echo "$out"/films/cache/sft-*/)
run books --data=jsonl --from="$examples/books" --model="$model" --set 'data.item_form="title"'
run products --data=jsonl --from="$examples/products" --model="$model" --set 'data.item_form="codes"' \
  --set 'rl.constraint="catalogue"'
# Every answer that is held to the catalogue is in it.
table=$out/products/$(basename "$config" .toml)-smoke/table.csv
grep ",in_catalog_ratio," "$table" | cut -d, -f3 | sort -u | tee /dev/stderr | grep -qx 1
