#!/bin/bash
# Runs libFuzzer with ASan and UBSan on every reader, from the corpus beside this script.
#
#   tests/fuzz/run.sh                      60 seconds each; needs clang
#   tests/fuzz/run.sh 600 jsonl word_piece ten minutes each on these two
#   tests/fuzz/run.sh --merge 60           afterwards adds to corpus/ what reaches code that nothing there reaches
#
# Prints one line for each: executions, coverage, result. Status 1 if one crashed, ran out of memory or time; the input
# lies in the folder that is printed then. Give it a place in corpus/ with the repair.
#
# Environment:
#   FUZZ_OUT      where new inputs and logs go (default: a new folder under TMPDIR)
#   BAZEL_FLAGS   startup options of Bazel, such as --output_base=DIR: the clang toolchain has its own configuration, and
#                 an output base of its own keeps the ordinary build from being thrown away
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(cd "$here/../.." && pwd)

merge=no
if [[ ${1:-} == --merge ]]; then
  merge=yes
  shift
fi
seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi
if (($# > 0)); then targets=("$@"); else mapfile -t targets < <(cd "$here/corpus" && ls); fi
out=${FUZZ_OUT:-$(mktemp -d)}

[[ -n $(type -P clang) ]] || { echo "run.sh: no clang here: apt-get install clang" >&2; exit 2; }
cd "$root"
labels=()
for target in "${targets[@]}"; do labels+=("//tests/fuzz:${target}_fuzzer"); done
# shellcheck disable=SC2086
./bazelw ${BAZEL_FLAGS:-} build --config=fuzz "${labels[@]}"
# shellcheck disable=SC2086
bin=$(./bazelw ${BAZEL_FLAGS:-} info --config=fuzz bazel-bin 2>/dev/null)/tests/fuzz

# A reader may take memory in proportion to its input, and inputs are below 64 KiB.
limits=(-rss_limit_mb=2048 -malloc_limit_mb=512 -timeout=20)
failed=0
printf '%-16s %12s %8s %8s  %s\n' target executions features corpus result
for target in "${targets[@]}"; do
  new=$out/$target log=$out/$target.log
  mkdir -p "$new"
  result=clean
  "$bin/${target}_fuzzer" "${limits[@]}" -max_total_time="$seconds" -print_final_stats=1 \
    -artifact_prefix="$out/$target-" "$new" "$here/corpus/$target" >"$log" 2>&1 || { result="FAILED: see $log"; failed=1; }
  last=$(grep -E '^#[0-9]+' "$log" | tail -1)
  field() { sed -nE "s/.* $1: ([0-9]+).*/\1/p" <<<"$last"; }
  printf '%-16s %12s %8s %8s  %s\n' "$target" "$(sed -nE 's/^stat::number_of_executed_units: +//p' "$log")" \
    "$(field ft)" "$(field corp)" "$result"
  if [[ $merge == yes && $result == clean ]]; then
    "$bin/${target}_fuzzer" "${limits[@]}" -set_cover_merge=1 -use_counters=0 -max_len=4096 "$here/corpus/$target" "$new" >>"$log" 2>&1
  fi
done
echo "inputs and logs: $out"
exit $failed
