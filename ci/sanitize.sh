#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unit tests under sanitizers: everything that touches raw memory, files or children under ASan and UBSan; what starts
# threads or children under TSan.
#   ci/sanitize.sh [asan-ubsan | tsan | slow]   (default: the first two; slow: what these leave to ci/full.sh)
source "$(dirname "$0")/lib.sh"

# Tests that mean nothing under a sanitizer: a pattern for the end of the test's name, and why.
# door_serve_for_tests lets signals through (handle_segv=0, handle_abort=0), so the other deaths are the real ones.
meaningless=(
  'DiesInItsStepAndTheRunGoesOn/corrupt_heap' "the sanitizer's heap reports or survives what glibc's aborts for"
  'DiesInItsStepAndTheRunGoesOn/allocate_without_bound' "no limit of memory: a sanitizer's shadow would count"
)
meaningless_asan=(
  'HostileBackendOutcome\.AnUnknownStatusIsAnError' 'UBSan ends the child that reads an enum of 77'
)
# One test of minutes; ci/full.sh runs the level that it speaks of, on the CPU backend, under both sanitizers.
slow_test='Verify\.LevelSanitizeRunsEachKernelOnEachTypeAndKindOfShape'
# Every mutant through every clause, or thousands of histories: in ci/full.sh.
slow_targets=(kill_table_tests mutants_tests queued_tests)
# Not yet seen to pass under a sanitizer. The command is: ci/full.sh runs verify under both.
not_yet=(cli_tests)
# Not built under a sanitizer: the witnesses share counters only, CUDA is off.
not_built=(witness_tests cuda_tests cuda_host_tests cuda_mutants_tests)

# test_targets PATHSPEC...: the names given to fp8oracle_test() below these folders, that are built.
test_targets() {
  git grep -hoE 'fp8oracle_test\([a-z0-9_]+' -- "$@" | cut -d'(' -f2 | grep -vxF "$(printf '%s\n' "${not_built[@]}")"
}

# fast: reads names of targets, leaves out the slow ones and those not seen to pass.
fast() { grep -vxF "$(printf '%s\n' "${slow_targets[@]}" "${not_yet[@]}")"; }

# without PATTERN WHY...: fills `excluded` and says what is not run.
excluded=()
without() {
  while [ $# -gt 0 ]; do
    excluded+=("$1")
    skipped "$preset: ${1//\\/}: $2"
    shift 2
  done
}

# sanitize PRESET TARGET...: builds the test binaries and runs their tests only, without those in `excluded`.
limit=300
sanitize() {
  local preset=$1 names begin=$SECONDS
  shift
  echo "sanitize: $preset: $*"
  ci/build.sh "$preset" "$@"
  echo "sanitize: $preset: built in $((SECONDS - begin)) s"
  names=$(IFS='|'; echo "$*")
  # ThreadSanitizer of GCC 12 cannot map its shadow when the kernel randomizes more than 30 bits.
  local fixed_layout=() leave_out=()
  if [ "$preset" = tsan ] && setarch "$(uname -m)" -R true 2>/dev/null; then
    fixed_layout=(setarch "$(uname -m)" -R)
  fi
  # GetParam() may follow the name.
  if [ ${#excluded[@]} -gt 0 ]; then
    leave_out=(--exclude-regex "($(IFS='|'; echo "${excluded[*]}"))( |\$)")
  fi
  "${fixed_layout[@]}" ci/unit.sh "$preset" --timeout "$limit" --tests-regex "^($names)\\." "${leave_out[@]}"
}

status=0
what=${1:-asan-ubsan tsan}
for preset in $what; do
  excluded=()
  case $preset in
    asan-ubsan)
      mapfile -t targets < <(test_targets 'common/*' 'reference/*' 'optimized/cpu/*' 'proptests/*' 'cli/*' |
        grep -vx sweep_tests | fast)
      without "${meaningless[@]}" "${meaningless_asan[@]}" "$slow_test" 'ci/full.sh runs it'
      skipped "$preset: ${slow_targets[*]}: ci/full.sh runs them"
      skipped "$preset: ${not_yet[*]}: not yet seen to pass"
      ;;
    # sweep_tests is what shares threads most; ASan has it in ci/full.sh.
    tsan)
      targets=(cpu_tests door_tests sweep_tests verify_tests)
      without "${meaningless[@]}" "$slow_test" 'ci/full.sh runs it'
      ;;
    slow)
      targets=("${slow_targets[@]}" sweep_tests)
      limit=3000
      ;;
    *) fail "no such sanitizer preset: $preset" ;;
  esac
  [ ${#targets[@]} -gt 0 ] || fail "$preset: no test target found"
  sanitize "${preset/slow/asan-ubsan}" "${targets[@]}" || status=$?
done
exit "$status"
