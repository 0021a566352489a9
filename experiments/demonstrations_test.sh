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
# Asked to stop, it says that it can be started again.
set -m  # as in a terminal, where programs take SIGINT
for signal in INT TERM; do
  "$program" --config="$config" --profile=smoke --set data.train=50000 --set sft.examples=50000 --out="$out-$signal" >"$out-$signal.log" 2>&1 &
  for _ in $(seq 1200); do grep -q "to teach from" "$out-$signal.log" && break; sleep 0.05; done
  sleep 0.5
  kill -$signal $!
  status=0
  wait $! || status=$?
  ((status == 75)) || { echo "SIG$signal: exit code $status, not 75"; cat "$out-$signal.log"; exit 1; }
done
! "$program" --config="$config" --profile=smoke --set sft.demonstrations=ground_truth --out="$out"
