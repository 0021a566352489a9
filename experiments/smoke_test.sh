#!/bin/bash
# Runs an experiment's smoke profile and looks at what it must leave: a report, its table and plots.
set -euo pipefail
program=$1 config=$2
out=$TEST_TMPDIR/results
"$program" --config="$config" --profile=smoke --out="$out"
folder=$out/$(basename "$config" .toml)-smoke
for file in report.md report.html table.csv; do
  [[ -s $folder/$file ]] || { echo "missing: $file"; exit 1; }
done
ls "$folder"/plots/*.svg
