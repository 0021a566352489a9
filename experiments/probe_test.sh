#!/bin/bash
# --plan alone computes nothing and does not know what a first run takes; with --probe it does, and the experiment itself
# is still to be run.
set -euo pipefail
program=$PWD/$1 config=$PWD/$2
export BUILD_WORKING_DIRECTORY=$TEST_TMPDIR
cd "$TEST_TMPDIR"
flags=(--config="$config" --profile=smoke --out=results)

expect() { grep -q -- "$2" "$1" || { echo "no '$2' in:"; cat "$1"; exit 1; }; }

"$program" "${flags[@]}" --plan >before.txt
expect before.txt "time unknown"
[[ ! -e results ]] || { echo "something was computed"; ls -R results; exit 1; }

"$program" "${flags[@]}" --plan --probe >probed.txt 2>progress.txt
expect progress.txt "^probe: a few steps of 1 run$"
expect probed.txt "^time    ~[0-9:]* (~: a guess from finished runs with other steps or other stages, in probe)"
! grep unknown probed.txt || { echo "something is unknown"; exit 1; }
cmp <(grep -o "^[0-9a-f]\{12\} " before.txt) <(grep -o "^[0-9a-f]\{12\} " probed.txt)
[[ $(ls results) == $'cache\nprobe' ]] || { echo "more was computed"; ls results; exit 1; }

# Once is enough.
"$program" "${flags[@]}" --plan --probe >again.txt 2>progress.txt
! grep "^probe" progress.txt || exit 1
diff <(grep "^time" probed.txt) <(grep "^time" again.txt)

status=0
"$program" "${flags[@]}" --probe 2>error.txt || status=$?
((status == 2)) || { echo "exit code $status, not 2"; exit 1; }
expect error.txt "^error: --probe: without --plan"
