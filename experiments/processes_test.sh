#!/bin/bash
# Runs of two processes each, two runs side by side, started by the local launcher: the launcher is killed on the way,
# then one process of a run, then the launcher is asked to stop. What is told is the cause, nothing is left behind, and
# at the end there are the bits of runs of one process.
set -euo pipefail
program=$1 config=$2
out=$TEST_TMPDIR
export SUITE_GROUP_DEADLINE_S=100
# Enough of SFT for rewards, so that RL changes the policies; two threads' worth of work.
settings=(--config="$config" --profile=smoke --set objective.preset=rank_grpo_exp_inf)
for setting in pretrain.lists=1500 pretrain.steps=120 sft.steps=150 rl.steps=40 rl.prompts_per_step=6 eval.every=20 \
  run.threads=2 run.stage_threads=2; do
  settings+=(--set "$setting")
done
runs=$out/two/$(basename "$config" .toml)-smoke/runs

fail() {
  echo "$1"
  tail -n 8 "$out"/*.log "$runs"/*/log*.txt
  exit 1
}

wait_until() {  # what, command...
  local what=$1
  shift
  for _ in $(seq 1200); do
    "$@" && return
    kill -0 "$launcher" 2>/dev/null || fail "the launcher ended before: $what"
    sleep 0.05
  done
  fail "waited in vain: $what"
}

start() {  # log
  "$program" "${settings[@]}" --set run.processes=2 --jobs=2 --out="$out/two" >"$out/$1.log" 2>&1 &
  launcher=$!
}

expect_exit() {  # code
  local status=0
  wait "$launcher" || status=$?
  ((status == $1)) || fail "exit code $status, not $1"
}

# Process $1 of one of the launcher's runs; nothing while there is none.
rank_of_a_run() {
  local pid
  for pid in $(pgrep -P "$launcher" || true); do
    grep -qxz -- --worker=run "/proc/$pid/cmdline" 2>/dev/null || continue
    grep -qxz "RANK=$1" "/proc/$pid/environ" 2>/dev/null || continue
    echo "$pid"
    return
  done
}

workers() { pgrep -f -- "--worker=.*$out/two" || true; }
# The step of the newest checkpoint of a run's folder; 0 without one.
newest() {
  local names
  names=$(ls "$1/checkpoints" 2>/dev/null | sed -n 's/^step-0*\([0-9]\+\)-.*/\1/p' | sort -n | tail -n 1)
  echo "${names:-0}"
}

newest_of_all() { for run in "$runs"/*/; do newest "$run"; done | sort -n | tail -n 1; }

train_beyond() {  # step, count of runs that have a checkpoint after it and are at work
  local run beyond=0
  for run in "$runs"/*/; do
    if (($(newest "$run") > $1)); then beyond=$((beyond + 1)); fi
  done
  ((beyond == $2)) && (($(workers | wc -l) == 2 * $2))
}
no_workers() { [[ -z $(workers) ]]; }
resumed() { cat "$runs"/*/log.txt | grep -c "^goes on after step" || true; }

start killed-launcher
wait_until "both runs train" train_beyond 0 2
kill -KILL "$launcher"
wait "$launcher" || true
for _ in $(seq 200); do no_workers && break; sleep 0.05; done
no_workers || fail "processes live on after the launcher: $(workers)"

step=$(newest_of_all)
start killed-rank
wait_until "both runs go on" train_beyond "$step" 2
victim=$(rank_of_a_run 1)
kill -KILL "$victim"
expect_exit 1
grep -q ": process 1 of 2: ended by signal 9 (Killed)" "$out/killed-rank.log" || fail "the cause is not shown"
grep -q "^error: rank 0 of 2, .*Start all processes again" "$runs"/*/log.txt || fail "rank 0 does not say why it ends"
no_workers || fail "a process lives on: $(workers)"

step=$(newest_of_all)
start stopped
wait_until "the run goes on" train_beyond "$step" 1
kill -TERM "$launcher"
expect_exit 75
no_workers || fail "a process lives on: $(workers)"
grep -q "stopped on request; saved" "$runs"/*/log.txt "$runs"/*/log.rank1.txt || fail "nothing was saved on request"

before=$(resumed)
start last
expect_exit 0
(($(resumed) > before)) || fail "did not go on from a checkpoint"

"$program" "${settings[@]}" --out="$out/one" >"$out/one.log" 2>&1 || fail "one process failed"
cmp "$out/one/$(basename "$config" .toml)-smoke/table.csv" "${runs%/runs}/table.csv"
for stage in pretrain sft; do
  cmp "$out"/{one,two}/cache/$stage-*/model.safetensors || fail "two processes trained another $stage"
done
policies=0
for run in "$out/one/$(basename "$config" .toml)-smoke"/runs/*/; do
  cmp "$run/policy/model.safetensors" "$runs/$(basename "$run")/policy/model.safetensors"
  policies=$((policies + 1))
done
((policies == 2)) || fail "$policies policies"
