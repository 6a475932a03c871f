#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The GPU stage, where a GPU is: in a built tree, or in the folder that ci/bundle.sh made.
#   ci/gpu.sh [PART...]   (default: tests verify full sanitize faults mutants sweep bench)
# Reports go to build/gpu; `bench` writes bench/results/<gpu>-<date>.json.
source "$(dirname "$0")/lib.sh"
parts=("$@")
[ $# -gt 0 ] || parts=(tests verify full sanitize faults mutants sweep bench)

bin=$top/bin
[ -x "$bin/fp8oracle" ] || bin=$top/build/release/bin
[ -x "$bin/fp8oracle" ] || fail "no fp8oracle in bin or build/release/bin: ci/build.sh release, or ci/bundle.sh"
tool=$bin/fp8oracle
reports=$top/build/gpu
mkdir -p "$reports"

if ! command -v nvidia-smi >/dev/null 2>&1 || ! nvidia-smi -L 2>/dev/null | grep -q '^GPU'; then
  skipped "no NVIDIA device on this machine: nothing of the CUDA backend was run"
  exit 0
fi
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | sed 's/^/gpu: /'

tests() {
  [ "$(nvidia-smi -L | grep -c '^GPU')" -gt 1 ] || skipped "one NVIDIA device: CudaDevices of cuda_tests needs two"
  "$bin/cuda_tests"
}
verify() { "$tool" verify --backend cuda --json "$reports/verify.json"; }
full() { "$tool" verify --backend cuda --level full --json "$reports/full.json"; }
sweep() { "$tool" sweep --backend cuda; }
mutants() { "$tool" mutants --backend cuda --json "$reports/mutants-cuda.json"; }

# checked TOOL COMMAND...: under one of compute-sanitizer's tools; its findings are exit code 9.
checked() {
  local sanitizer=$1
  shift
  compute-sanitizer --tool "$sanitizer" --error-exitcode 9 --print-limit 5 "$@"
}
sanitize_with() { checked "$1" "$tool" verify --backend cuda --level sanitize; }

# Every sanitizer must find the fault that was planted for it, or its silence above proves nothing.
finds_planted() {
  local sanitizer=$1 fault=$2 status=0
  checked "$sanitizer" "$tool" verify --backend "mutant:$fault" --level sanitize --profile te --scheme "e4m3.tensor.*.*.*" \
    >"$reports/planted-$sanitizer.log" 2>&1 || status=$?
  grep -E '^=+ ' "$reports/planted-$sanitizer.log" | grep -E 'Invalid|Race|Barrier|Uninitialized|SUMMARY' | head -3
  grep -E '^=+ ' "$reports/planted-$sanitizer.log" | grep -qE 'Invalid __global__|(Error|Warning): Race|Barrier error|Uninitialized'
}

bench() {
  local gpu
  gpu=$(nvidia-smi --query-gpu=name --format=csv,noheader | head -1 | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9-')
  mkdir -p bench/results
  "$tool" bench --backend cuda --json "bench/results/$gpu-$(date -u +%Y-%m-%d).json"
}

for part in "${parts[@]}"; do
  begin=$SECONDS
  case $part in
    sanitize | faults)
      if ! command -v compute-sanitizer >/dev/null 2>&1; then
        skipped "$part: compute-sanitizer of the CUDA Toolkit is not on PATH"
        continue
      fi
      ;;
  esac
  case $part in
    tests | verify | full | sweep | mutants | bench) check "$part" "$part" ;;
    sanitize)
      for sanitizer in memcheck racecheck synccheck initcheck; do
        check "$sanitizer finds nothing" sanitize_with "$sanitizer"
      done
      ;;
    faults)
      check "memcheck finds the planted write out of bounds" finds_planted memcheck cuda-out-of-bounds
      check "racecheck finds the planted missing barrier" finds_planted racecheck cuda-missing-barrier
      check "synccheck finds the planted divergent barrier" finds_planted synccheck cuda-divergent-barrier
      check "synccheck finds the planted divergent warp barrier" finds_planted synccheck cuda-divergent-warp-barrier
      check "initcheck finds the planted unread initial value" finds_planted initcheck cuda-uninitialised
      ;;
    *) fail "unknown part $part" ;;
  esac
  echo "gpu: $part took $((SECONDS - begin)) s"
done
finish
