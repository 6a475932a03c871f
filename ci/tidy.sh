#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy 14 over the tracked host files (it cannot parse CUDA 13): ci/tidy.sh [FILE...]
source "$(dirname "$0")/lib.sh"
require clang-tidy-14
mkdir -p build
cmake --preset tidy >build/tidy.configure.log 2>&1 || { cat build/tidy.configure.log; fail "configure"; }

files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  # Only what the build compiles: a file in no target has no command to parse it with.
  mapfile -t files < <(git ls-files -- '*.cpp' | while read -r file; do
    if grep -qF "\"$top/$file\"" build/tidy/compile_commands.json; then echo "$file"; fi
  done)
fi
[ ${#files[@]} -gt 0 ] || fail "no file to look at"

# shellcheck disable=SC2016  # expanded by the inner shell
one_file='clang-tidy-14 -p build/tidy --quiet --warnings-as-errors="*" "$1" 2>/dev/null || { echo "tidy: FAILED $1"; exit 1; }'
status=0
printf '%s\n' "${files[@]}" | xargs -P "$jobs" -I{} bash -c "$one_file" _ {} >build/tidy.log || status=$?
failed=$(grep -c '^tidy: FAILED' build/tidy.log || true)
# A finding in a header comes once for each file that includes it.
grep -E '(error|warning): |^tidy: FAILED' build/tidy.log | sort -u || true
tally $((${#files[@]} - failed)) "$failed" 0
exit "$status"
