#!/bin/bash
# How an experiment ends: what was asked to stop is saved and ends with 75, whichever signal asks and whatever it is
# doing; what cannot be written is no success.
set -euo pipefail
set -m  # each program below takes SIGINT, as it would in a terminal
program=$1 config=$2
out=$TEST_TMPDIR/out
settings=(--config="$config" --profile=smoke --set objective.preset=grpo --set seed=3407 --out="$out")
long=("${settings[@]}" --set rl.steps=3000 --set checkpoint.every=5)

fail() { echo "$1"; tail -n 8 "$TEST_TMPDIR"/*.log "$out"/*/runs/*/log.txt; exit 1; }

expect_exit() {  # what, code
  local status=0
  wait "$launcher" || status=$?
  ((status == $2)) || fail "$1: exit code $status, not $2"
}

wait_until() {  # what, command...
  local what=$1
  shift
  for _ in $(seq 3600); do
    "$@" && return
    kill -0 "$launcher" 2>/dev/null || fail "ended before: $what"
    sleep 0.05
  done
  fail "waited in vain: $what"
}

begun() { grep -qs "^$1" "$out"/*/runs/*/log.txt; }
watches() { ((0x$(sed -n 's/^SigCgt:\t//p' "/proc/$launcher/status") & 1 << (10 - 1))); }  # SIGUSR1
checkpoints() { ls "$out"/*/runs/*/checkpoints/step-* >/dev/null 2>&1; }

for signal in INT HUP TERM USR1; do
  rm -rf "$out"/*/runs
  "$program" "${long[@]}" >"$TEST_TMPDIR/$signal.log" 2>&1 &
  launcher=$!
  wait_until "it trains" checkpoints
  kill -$signal "$launcher"
  expect_exit "SIG$signal" 75
  begun "stopped on request; saved" || fail "SIG$signal: not saved"
done

# A launcher that waits for another one's run has nothing to save.
"$program" "${long[@]}" >"$TEST_TMPDIR/first.log" 2>&1 &
first=$! launcher=$!
wait_until "it goes on" begun "goes on after step"
for signal in INT TERM; do
  "$program" "${long[@]}" >"$TEST_TMPDIR/waits-$signal.log" 2>&1 &
  launcher=$!
  wait_until "it watches for signals" watches
  sleep 1
  kill -$signal "$launcher"
  expect_exit "SIG$signal while waiting" 75
done
launcher=$first
kill -TERM "$launcher"
expect_exit "the first" 75

for told in --help --help-config --plan --status --explain; do
  status=0
  "$program" "${settings[@]}" $told >/dev/full 2>"$TEST_TMPDIR/full.log" || status=$?
  ((status == 1)) || fail "$told to a full device: exit code $status"
  grep -q "^error: standard output could not be written" "$TEST_TMPDIR/full.log" || fail "$told: no word of it"
  status=0
  "$program" "${settings[@]}" $told >&- 2>"$TEST_TMPDIR/closed.log" || status=$?
  ((status == 1)) || fail "$told to closed output: exit code $status"
done
# All is trained and kept, and still not a success. Nothing that is printed goes into a run's files.
status=0
"$program" "${settings[@]}" <&- >&- 2>"$TEST_TMPDIR/closed.log" || status=$?
((status == 1)) || fail "closed output: exit code $status"
"$program" "${settings[@]}" >"$TEST_TMPDIR/whole.log" 2>&1 || fail "the run of a program with closed output is damaged"
