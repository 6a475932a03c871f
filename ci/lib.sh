# SPDX-License-Identifier: Apache-2.0
# What every stage shares; sourced, never run. A stage is one script that
#   - runs by hand the same way as in ci/test.sh, from any directory, with no terminal and no input;
#   - says what it did with `tally PASSED FAILED SKIPPED` (ci/test.sh adds these up);
#   - says loudly what it did not do with `skipped "why"`;
#   - ends with a status other than 0 when something failed.
# shellcheck shell=bash
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"
# A stage that runs another script counts that script's tests as its own.
export FP8ORACLE_STAGE=${FP8ORACLE_STAGE:-$(basename "$0" .sh)}
stage=$FP8ORACLE_STAGE
jobs=${FP8ORACLE_JOBS:-$(nproc)}
tool=$top/build/release/bin/fp8oracle

# CMake takes the launcher from the environment at the first configure of a build folder.
if command -v ccache >/dev/null 2>&1; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi

# tally PASSED FAILED SKIPPED: the stage's result so far; may be called several times.
tally() {
  printf '%s: passed %d, failed %d, skipped %d\n' "$stage" "$1" "$2" "$3"
  if [ -n "${FP8ORACLE_TALLY:-}" ]; then
    printf '%s %d %d %d\n' "$stage" "$1" "$2" "$3" >>"$FP8ORACLE_TALLY"
  fi
}

# skipped WHY: one thing that was not run, and the reason.
skipped() {
  printf '%s: SKIPPED: %s\n' "$stage" "$*"
  if [ -n "${FP8ORACLE_SKIPS:-}" ]; then printf '%s: %s\n' "$stage" "$*" >>"$FP8ORACLE_SKIPS"; fi
  tally 0 0 1
}

fail() {
  printf '%s: FAILED: %s\n' "$stage" "$*" >&2
  exit 1
}

# check NAME COMMAND...: one named check; counts it, goes on after a failure. `finish` gives the verdict.
# The command runs in a subshell that stops at its first error, as `set -e` would not under if, && or ||.
checks_passed=0
checks_failed=0
check() {
  local name=$1 status
  shift
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    checks_passed=$((checks_passed + 1))
    printf '%s: PASSED %s\n' "$stage" "$name"
  else
    checks_failed=$((checks_failed + 1))
    printf '%s: FAILED %s (status %d)\n' "$stage" "$name" "$status" >&2
  fi
}

finish() {
  tally "$checks_passed" "$checks_failed" 0
  [ "$checks_failed" -eq 0 ] || exit 1
}

require() {
  command -v "$1" >/dev/null 2>&1 || fail "$1 is not installed; ci/setup.sh installs it"
}

# The tool of the release build; built when it is not there.
need_tool() {
  if [ ! -x "$tool" ]; then ci/build.sh release; fi
}

# The C and C++ files that git tracks, zero-terminated.
tracked_sources() {
  git ls-files -z -- '*.h' '*.hpp' '*.c' '*.cpp' '*.cu' '*.cuh'
}
