#!/bin/bash
# Makes the smoke profile's demonstrations twice: the second time finds everything done.
set -euo pipefail
program=$1 config=$2
out=$TEST_TMPDIR/results
first=$("$program" --config="$config" --profile=smoke --out="$out")
echo "$first"
grep -q "teacher lists" <<<"$first"
page=$(sed -n 's/^audit page: //p' <<<"$first")
[[ -s $page && -s ${page%.html}.json ]]
second=$("$program" --config="$config" --profile=smoke --out="$out")
echo "$second"
grep -q "audit page: $page" <<<"$second"
! grep -q "teacher lists" <<<"$second"
! "$program" --config="$config" --profile=smoke --set sft.demonstrations=ground_truth --out="$out"
