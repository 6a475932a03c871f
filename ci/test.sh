#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The gate: every stage in order, the seconds of each, and one closing line
#   N passed, N failed, N skipped
# A stage that fails does not stop the others. Exit status 0 only if nothing failed.
#   ci/test.sh [STAGE...]   (default: all; "ci/test.sh format unit" runs two)
source "$(dirname "$0")/lib.sh"

stages=(setup format include_rules quickstart build unit verify mutants sweep sanitize tidy_changed fuzz package docs
  witness_ml_dtypes cuda)
[ $# -eq 0 ] || stages=("$@")

# The gate's compilers may not warn; a newcomer's may.
export FP8ORACLE_WERROR=${FP8ORACLE_WERROR:-ON}
records=$(mktemp -d)
trap 'rm -rf "$records"' EXIT
export FP8ORACLE_TALLY=$records/tally FP8ORACLE_SKIPS=$records/skips
touch "$FP8ORACLE_TALLY" "$FP8ORACLE_SKIPS"

# run STAGE: a stage that broke down before it could count anything counts as one failure.
run() {
  local name=$1 begin=$SECONDS status=0 arguments=()
  case $name in fuzz) arguments=(60) ;; esac
  printf '\n==== %s ====\n' "$name"
  FP8ORACLE_STAGE=$name "ci/$name.sh" "${arguments[@]}" </dev/null || status=$?
  if [ "$status" -ne 0 ] && ! grep -q "^$name [0-9]* [1-9]" "$FP8ORACLE_TALLY"; then
    echo "$name 0 1 0" >>"$FP8ORACLE_TALLY"
  fi
  printf '%-18s %4d s  %s\n' "$name" $((SECONDS - begin)) "$([ "$status" -eq 0 ] && echo ok || echo FAILED)" \
    >>"$records/times"
}
for name in "${stages[@]}"; do run "$name"; done

printf '\n==== stages ====\n'
cat "$records/times"
printf '%-18s %4d s\n' total "$SECONDS"
if [ -s "$FP8ORACLE_SKIPS" ]; then
  printf '\n==== SKIPPED ====\n'
  cat "$FP8ORACLE_SKIPS"
fi
echo
read -r passed failed not_run < <(awk '{ p += $2; f += $3; s += $4 } END { print p + 0, f + 0, s + 0 }' "$FP8ORACLE_TALLY")
echo "$passed passed, $failed failed, $not_run skipped"
[ "$failed" -eq 0 ]
