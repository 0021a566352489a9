#!/bin/bash
# An experiment run by two processes, one of which is killed on the way, in a shared stage and in RL, ends as one process
# ends it: the same stages, the same policies and the same table, to the byte.
set -euo pipefail
program=$1 config=$2
out=$TEST_TMPDIR
# Enough of SFT for rewards, so that RL changes the policies; two threads' worth of work.
settings=(--config="$config" --profile=smoke)
for setting in pretrain.lists=1500 pretrain.steps=120 sft.steps=150 rl.steps=4 rl.prompts_per_step=6 run.threads=2 run.stage_threads=2; do
  settings+=(--set "$setting")
done
# OpenMP threads that wait by spinning starve their partners on a busy machine.
export OMP_NUM_THREADS=1 GOMP_SPINCOUNT=20000 MASTER_ADDR=127.0.0.1 WORLD_SIZE=2 SUITE_GROUP_DEADLINE_S=100
folder=$(basename "$config" .toml)-smoke

start_both() {  # attempt
  export MASTER_PORT=$((20000 + RANDOM % 10000))
  for rank in 0 1; do
    RANK=$rank "$program" "${settings[@]}" --out="$out/two" >"$out/$1-$rank.log" 2>&1 &
    pids[$rank]=$!
  done
}

fail() { echo "$1"; tail -n 5 "$out"/*.log; exit 1; }

kill_at() {  # attempt, what rank 0 must have said, rank to kill
  start_both "$1"
  until grep -q "$2" "$out/$1-0.log"; do
    kill -0 "${pids[0]}" 2>/dev/null || fail "ended before it was killed"
    sleep 0.05
  done
  kill -KILL "${pids[$3]}"
  local other=$((1 - $3)) status=0
  wait "${pids[$other]}" || status=$?
  ((status == 1)) || fail "exit code $status after the other process was killed, not 1"
  grep -q "error: rank $other of 2, .*Start all processes again" "$out/$1-$other.log" || fail "no clear message"
}

kill_at killed-stage "pretrain loss" 0
kill_at killed "step 2 of 4" 1

# One process is another number of processes: refused, not silently continued.
alone=(env -u WORLD_SIZE -u MASTER_ADDR -u MASTER_PORT "$program")
interrupted=$(dirname "$(ls -d "$out/two/$folder"/runs/*/checkpoints | head -n 1)")
status=0; "${alone[@]}" --worker=run --config="$interrupted/config.toml" --out="$out/two" 2>"$out/alone.log" || status=$?
((status == 2)) || fail "exit code $status for another number of processes, not 2"
grep -q "world_size" "$out/alone.log" || fail "the refusal does not name world_size"

start_both again
wait "${pids[0]}" && wait "${pids[1]}" || fail "the second attempt failed"
grep -q "goes on after step" "$out/again-0.log" || fail "did not go on from a checkpoint"

"${alone[@]}" "${settings[@]}" --out="$out/one" >"$out/one.log" 2>&1
cmp "$out/one/$folder/table.csv" "$out/two/$folder/table.csv"
for stage in pretrain sft; do
  cmp "$out"/{one,two}/cache/$stage-*/model.safetensors || fail "two processes trained another $stage"
done
policies=0
for run in "$out/one/$folder"/runs/*/; do
  cmp "$run/policy/model.safetensors" "$out/two/$folder/runs/$(basename "$run")/policy/model.safetensors"
  policies=$((policies + 1))
done
((policies == 8)) || fail "$policies policies"
(($(sha256sum "$out/one/$folder"/runs/*/policy/model.safetensors | cut -c1-64 | sort -u | wc -l) > 1)) ||
  fail "all policies are one: nothing was learned"
