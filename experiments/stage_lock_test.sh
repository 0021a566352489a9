#!/bin/bash
# A launcher whose workers wait for a stage that another program is training ends at once when it is asked to stop, with
# the code that means "start me again": runs of one process and of two.
set -euo pipefail
program=$1 config=$2
settings=(--config="$config" --profile=smoke --set objective.preset=grpo --set seed=3407 --set run.threads=2)

fail() { echo "$1"; cat "$out"/*.log "$out"/*/runs/*/log*.txt; exit 1; }

for processes in 1 2; do
  out=$TEST_TMPDIR/$processes
  # The name of the stage that everything waits for.
  "$program" "${settings[@]}" --out="$out/first" >"$out.log" 2>&1
  stage=$(basename "$(ls -d "$out"/first/cache/sft-*/ | head -n 1)")
  mkdir -p "$out/cache"
  exec {lock}>"$out/cache/$stage.lock"
  flock "$lock"
  "$program" "${settings[@]}" --set run.processes=$processes --out="$out" >"$out/launcher.log" 2>&1 {lock}>&- &
  launcher=$!
  worker() { pgrep -P "$launcher" -f -- --worker=stages | wc -l; }
  for _ in $(seq 400); do (($(worker) == processes)) && break; sleep 0.05; done
  sleep 3  # they wait at the lock
  (($(worker) == processes)) || fail "no workers that wait"
  begin=$SECONDS status=0
  kill -TERM "$launcher"
  wait "$launcher" || status=$?
  ((status == 75)) || fail "exit code $status, not 75"
  ((SECONDS - begin < 15)) || fail "it took $((SECONDS - begin)) s"
  grep -q "stopped on request" "$out"/*/runs/*/log.txt || fail "the worker does not say that it stopped"
  exec {lock}>&-
done
