#!/bin/bash
# --plan on a machine that has neither checkpoints nor data nor GPUs says what will be needed; a run on a GPU that is not
# there is refused before anything is computed.
set -euo pipefail
program=$PWD/$1 config=$PWD/$2
export BUILD_WORKING_DIRECTORY=$TEST_TMPDIR
cd "$TEST_TMPDIR"

expect() { grep -q -- "$2" "$1" || { echo "no '$2' in:"; cat "$1"; exit 1; }; }

"$program" --config="$config" --profile=paper --plan >plan.txt
expect plan.txt "9 of 9 runs to do, 1 at once"
expect plan.txt "largest run: .*Llama-3.2-3B-Instruct (published sizes of Llama-3.2-3B), bfloat16, layers recomputed, 4 GPUs"
expect plan.txt "3.213 billion parameters, 4 processes of    74.51 GiB each"
expect plan.txt "peak .*: fits, left"
expect plan.txt "^9 runs of 4 processes, a GPU each"
for missing in data.path policy.path; do expect plan.txt "not here: $missing $TEST_TMPDIR/"; done
(($(grep " to run " plan.txt | cut -d' ' -f1 | sort -u | wc -l) == 9)) || { echo "runs share names"; cat plan.txt; exit 1; }
"$program" --config="$config" --profile=paper --plan --plan-gpus=1 --plan-gpu-gb=40 >small.txt
expect small.txt "peak .*: does not fit, missing"
"$program" --config="$config" --profile=paper --plan --set run.processes=2 >two.txt
expect two.txt "^9 runs of 2 processes, a GPU each"
expect two.txt "parameters, 2 processes of"
cmp <(grep -o "^[0-9a-f]\{12\} " plan.txt) <(grep -o "^[0-9a-f]\{12\} " two.txt)
"$program" --config="$config" --profile=paper --status >status.txt
expect status.txt "model_size-paper: 0 done, 0 running, 0 failed, 0 cut off, 9 to run"
cmp <(grep -o "^[0-9a-f]\{12\} " plan.txt) <(grep -o "^[0-9a-f]\{12\} " status.txt)
"$program" --config="$config" --profile=mini --plan >mini.txt
! grep processes mini.txt
expect mini.txt "largest run: hidden size 128 (settings), float32, CPU"
expect mini.txt "peak .* MiB: fits, left"

status=0
CUDA_VISIBLE_DEVICES="" "$program" --config="$config" --profile=smoke --set run.device=cuda >/dev/null 2>error.txt || status=$?
((status == 2)) || { echo "exit code $status, not 2"; cat error.txt; exit 1; }
expect error.txt "^error: run.device: cuda, but \(this program was built without CUDA\|no GPU found\)"
[[ ! -e results ]] || { echo "something was computed"; ls -R results; exit 1; }
