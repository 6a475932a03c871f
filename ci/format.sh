#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Style: clang-format 14 over the tracked C and C++ files, shellcheck over the scripts.
# To mend: git ls-files '*.h' '*.hpp' '*.c' '*.cpp' '*.cu' '*.cuh' | xargs clang-format-14 -i
source "$(dirname "$0")/lib.sh"
require clang-format-14

formatted() { tracked_sources | xargs -0 clang-format-14 --dry-run -Werror; }
check "clang-format 14 over $(tracked_sources | tr -cd '\0' | wc -c) files" formatted

if command -v shellcheck >/dev/null 2>&1; then
  # lib.sh is checked on its own: SC1091 it is not followed, SC2034 and SC2154 its variables are used elsewhere.
  scripts_are_clean() { git ls-files -z -- '*.sh' .ci/run | xargs -0 shellcheck -e SC1091,SC2034,SC2154; }
  check "shellcheck" scripts_are_clean
else
  skipped "shellcheck is not installed"
fi
finish
