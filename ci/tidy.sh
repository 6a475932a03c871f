#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy 14 over the tracked host files (it cannot parse CUDA 13's kernels): ci/tidy.sh [FILE...]
# Headers are seen through the files that include them; those that kernels alone include are not seen.
source "$(dirname "$0")/lib.sh"
require clang-tidy-14
mkdir -p build
cmake --preset tidy >build/tidy.configure.log 2>&1 || { cat build/tidy.configure.log; fail "configure"; }
# The one header that the build makes.
cmake --build build/tidy --target fp8oracle_version >build/tidy.version.log 2>&1 || { cat build/tidy.version.log; fail "version.h"; }

files=("$@")
if [ ${#files[@]} -eq 0 ]; then mapfile -t files < <(git ls-files -- '*.cpp'); fi

# Only what the build compiles: a file in no target has no command to parse it with.
compiled=() unknown=()
for file in "${files[@]}"; do
  [ -f "$file" ] || fail "no such file: $file"
  if grep -qF "\"$top/$file\"" build/tidy/compile_commands.json; then compiled+=("$file"); else unknown+=("$file"); fi
done
if [ ${#unknown[@]} -gt 0 ]; then
  skipped "in no target here (without a CUDA toolkit its host files are in none): ${unknown[*]}"
fi
if [ ${#compiled[@]} -eq 0 ]; then
  [ $# -gt 0 ] || fail "no file to look at"
  exit 0
fi
echo "$stage: ${#compiled[@]} files"

# shellcheck disable=SC2016  # expanded by the inner shell
one_file='clang-tidy-14 -p build/tidy --quiet --warnings-as-errors="*" "$1" 2>/dev/null || { echo "tidy: FAILED $1"; exit 1; }'
status=0
printf '%s\n' "${compiled[@]}" | xargs -P "$jobs" -I{} bash -c "$one_file" _ {} >build/tidy.log || status=$?
failed=$(grep -c '^tidy: FAILED' build/tidy.log || true)
# A finding in a header comes once for each file that includes it.
grep -E '(error|warning): |^tidy: FAILED' build/tidy.log | sort -u || true
tally $((${#compiled[@]} - failed)) "$failed" 0
exit "$status"
