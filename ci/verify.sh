#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command's own verdict on the in-tree backends: a fixed seed, then a fresh one that is printed.
#   ci/verify.sh [LEVEL]   (default: smoke)
source "$(dirname "$0")/lib.sh"
level=${1:-smoke}
need_tool

# verify BACKEND SEED: one run; its clauses are this stage's tests.
verify() {
  local backend=$1 seed=$2 report=build/reports/verify-$1-$level-$2.json status=0
  echo "verify: $backend, level $level, seed $seed"
  "$tool" verify --backend "$backend" --level "$level" --seed "$seed" --json "$report" || status=$?
  local counts
  counts=$(python3 ci/count_report.py "$report" ci/allowed_skips.txt) || status=1
  # shellcheck disable=SC2086  # three numbers
  tally $counts
  [ "$status" -eq 0 ] || failed_runs+=("$backend with seed $seed")
}

mkdir -p build/reports
failed_runs=()
fresh_seed=$((RANDOM * 32768 + RANDOM))
verify cpu 1
verify reference 1
verify cpu "$fresh_seed"
[ ${#failed_runs[@]} -eq 0 ] || fail "${failed_runs[*]}"
