#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every parser of files under libFuzzer, ASan and UBSan, from its seed corpus: ci/fuzz.sh [SECONDS]
# SECONDS (default 60) is the time of the whole stage's fuzzing; two fuzzers run at a time.
# FP8ORACLE_FUZZ_SEED (default 1; 0: drawn by libFuzzer) and FP8ORACLE_FUZZ_CLANG (default clang++-14).
source "$(dirname "$0")/lib.sh"
seconds=${1:-60}
seed=${FP8ORACLE_FUZZ_SEED:-1}
compiler=${FP8ORACLE_FUZZ_CLANG:-clang++-14}
require "$compiler"

fuzzers=(fuzz_safetensors fuzz_npy fuzz_profile_json fuzz_case_json)
at_once=2
rounds=$(((${#fuzzers[@]} + at_once - 1) / at_once))
each=$((seconds / rounds > 0 ? seconds / rounds : 1))

folder=$top/build/fuzz
mkdir -p "$folder"
if ! cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_C_COMPILER="${compiler/++/}" -DFP8ORACLE_BUILD_FUZZERS=ON -DFP8ORACLE_BUILD_TESTS=OFF \
  -DFP8ORACLE_BUILD_BENCH=OFF -DFP8ORACLE_BUILD_EXAMPLES=OFF >"$folder.configure.log" 2>&1; then
  cat "$folder.configure.log"
  fail "configure with $compiler"
fi
cmake --build "$folder" --target fuzzers -- -j"$jobs"

# fuzz NAME: new inputs go to a folder of their own, so that the tracked seeds stay as they are.
fuzz() {
  local name=$1 status=0 executions
  rm -rf "$folder/found/$name"
  mkdir -p "$folder/found/$name"
  "$folder/bin/$name" -seed="$seed" -max_total_time="$each" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$folder/$name-" "$folder/found/$name" \
    "common/files/fuzz/corpus/$name" >"$folder/$name.log" 2>&1 || status=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$name.log")
  if [ "$status" -ne 0 ]; then
    tail -40 "$folder/$name.log"
    return "$status"
  fi
  [ "${executions:-0}" -gt 0 ] || fail "$name executed nothing"
  printf 'fuzz: %s: %d executions in %d s\n' "$name" "$executions" "$each"
}

results=$folder/results
rm -rf "$results"
mkdir -p "$results"
for ((first = 0; first < ${#fuzzers[@]}; first += at_once)); do
  for name in "${fuzzers[@]:first:at_once}"; do
    { fuzz "$name" && touch "$results/$name"; } &
  done
  wait
done
for name in "${fuzzers[@]}"; do check "$name" test -e "$results/$name"; done
finish
