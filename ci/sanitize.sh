#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unit tests of the parts that touch raw memory, under sanitizers: common, the file parsers, the
# reference and the CPU kernels under ASan and UBSan; what starts threads under TSan.
#   ci/sanitize.sh [asan-ubsan | tsan]   (default: both)
source "$(dirname "$0")/lib.sh"

# sanitize PRESET TARGET...: builds the test binaries and runs their tests only.
sanitize() {
  local preset=$1 names
  shift
  ci/build.sh "$preset" "$@"
  names=$(IFS='|'; echo "$*")
  # ThreadSanitizer of GCC 12 cannot map its shadow when the kernel randomizes more than 30 bits.
  local fixed_layout=()
  if [ "$preset" = tsan ] && setarch "$(uname -m)" -R true 2>/dev/null; then
    fixed_layout=(setarch "$(uname -m)" -R)
  fi
  "${fixed_layout[@]}" ci/unit.sh "$preset" --tests-regex "^($names)\\."
}

# test_targets PATHSPEC...: the names given to fp8oracle_test() below these folders.
test_targets() {
  git grep -hoE 'fp8oracle_test\([a-z0-9_]+' -- "$@" | cut -d'(' -f2
}

what=${1:-asan-ubsan tsan}
for preset in $what; do
  case $preset in
    asan-ubsan) mapfile -t targets < <(test_targets 'common/*' 'reference/*' 'optimized/cpu/*') ;;
    # The witnesses start no threads and are not built under a sanitizer.
    tsan) mapfile -t targets < <(test_targets 'proptests/exhaustive/*' | grep -v '^witness_tests$') ;;
    *) fail "no such sanitizer preset: $preset" ;;
  esac
  [ ${#targets[@]} -gt 0 ] || fail "$preset: no test target found"
  echo "sanitize: $preset: ${targets[*]}"
  sanitize "$preset" "${targets[@]}"
done
