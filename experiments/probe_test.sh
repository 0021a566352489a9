#!/bin/bash
# --plan alone computes nothing and does not know what a first run takes; with --probe it does, and the experiment itself
# is still to be run.
set -euo pipefail
program=$1 config=$2 to=$TEST_TMPDIR  # the program finds its data where the test starts
flags=(--config="$config" --profile=smoke --out="$to/results")

expect() { grep -q -- "$2" "$1" || { echo "no '$2' in:"; cat "$1"; exit 1; }; }

"$program" "${flags[@]}" --plan >"$to/before.txt"
expect "$to/before.txt" "time unknown"
[[ ! -e $to/results ]] || { echo "something was computed"; ls -R "$to/results"; exit 1; }

"$program" "${flags[@]}" --plan --probe >"$to/probed.txt" 2>"$to/progress.txt" || { cat "$to/progress.txt"; exit 1; }
expect "$to/progress.txt" "^probe: a few steps of 1 run$"
expect "$to/probed.txt" "^time    ~[0-9:]* (~: a guess from finished runs with other steps or other stages, in probe)"
! grep unknown "$to/probed.txt" || { echo "something is unknown"; exit 1; }
cmp <(grep -o "^[0-9a-f]\{12\} " "$to/before.txt") <(grep -o "^[0-9a-f]\{12\} " "$to/probed.txt")
[[ $(ls "$to/results") == $'cache\nprobe' ]] || { echo "more was computed"; ls "$to/results"; exit 1; }

# Once is enough.
"$program" "${flags[@]}" --plan --probe >"$to/again.txt" 2>"$to/progress.txt"
! grep "^probe" "$to/progress.txt" || exit 1
diff <(grep "^time" "$to/probed.txt") <(grep "^time" "$to/again.txt")

status=0
"$program" "${flags[@]}" --probe 2>"$to/error.txt" || status=$?
((status == 2)) || { echo "exit code $status, not 2"; exit 1; }
expect "$to/error.txt" "^error: --probe: without --plan"
