#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The GoogleTest binaries of a built preset: ci/unit.sh [PRESET] [CTEST ARGUMENT...]
# Properties run with the fixed seed that fp8oracle_test() sets.
source "$(dirname "$0")/lib.sh"
preset=${1:-release}
[ $# -eq 0 ] || shift
report=$top/build/$preset/ctest.xml

status=0
ctest --preset "$preset" --parallel "$jobs" --no-tests=error --progress --output-junit "$report" "$@" \
  >"build/$preset.ctest.log" 2>&1 || status=$?

# count ATTRIBUTE: of the report's <testsuite>.
count() { sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$report" | head -1; }
if [ ! -s "$report" ]; then
  tail -20 "build/$preset.ctest.log"
  fail "ctest wrote no report"
fi
total=$(count tests) failed=$(count failures) not_run=$(($(count skipped) + $(count disabled)))
if [ "$status" -ne 0 ]; then sed -n '/FAILED\|Failed\|Failure\|\*\*\*/p' "build/$preset.ctest.log" | tail -60; fi
tally $((total - failed - not_run)) "$failed" "$not_run"
exit "$status"
