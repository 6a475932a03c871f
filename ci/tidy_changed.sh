#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over the host files that changed, uncommitted changes included; ci/tidy.sh looks at all of them.
# Changed since FP8ORACLE_TIDY_BASE, else since the branch left origin/main, else since the last commit but one.
# For a header, the .cpp of the same name is looked at.
source "$(dirname "$0")/lib.sh"

base=${FP8ORACLE_TIDY_BASE:-}
if [ -n "$base" ]; then
  git rev-parse --quiet --verify "$base^{commit}" >/dev/null || fail "FP8ORACLE_TIDY_BASE is no commit: $base"
else
  base=$(git merge-base origin/main HEAD 2>/dev/null || true)
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then base=HEAD~1; fi
  if ! git rev-parse --quiet --verify "$base^{commit}" >/dev/null; then
    skipped "no earlier commit to compare with"
    exit 0
  fi
fi

# twin HEADER: the tracked .cpp of its name, in whatever folder below the same top one.
twin() {
  local name
  name=$(basename "$1" .h).cpp
  git ls-files -- "${1%%/*}/$name" "${1%%/*}/*/$name"
}

mapfile -t changed < <(git diff --name-only --diff-filter=d "$base" -- '*.cpp' '*.h')
files=() alone=()
for file in "${changed[@]}"; do
  case $file in
    *.cpp) files+=("$file") ;;
    *.h)
      mapfile -t twins < <(twin "$file")
      if [ ${#twins[@]} -gt 0 ]; then files+=("${twins[@]}"); else alone+=("$file"); fi
      ;;
  esac
done
if [ ${#files[@]} -gt 0 ]; then mapfile -t files < <(printf '%s\n' "${files[@]}" | sort -u); fi

echo "$stage: since $(git rev-parse --short "$base"), ${#files[@]} files: ${files[*]}"
if [ ${#alone[@]} -gt 0 ]; then echo "$stage: headers with no .cpp of their name, not looked at by themselves: ${alone[*]}"; fi
if [ ${#files[@]} -eq 0 ]; then
  tally 0 0 0
else
  ci/tidy.sh "${files[@]}"
fi
