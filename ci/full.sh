#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is too long for the gate; about an hour on 2 cores. Adds a dated summary to ci/results/.
#   ci/full.sh [PART...]   (default: all; the parts are the functions below)
source "$(dirname "$0")/lib.sh"
parts=("$@")
[ $# -gt 0 ] || parts=(verify_full verify_exhaustive sweep_cpu sweep_reference prove_equivalents witnesses tidy fuzz_10_minutes
  verify_under_asan verify_under_tsan sanitize_slow coverage cuda_compile)

verify_full() { ci/verify.sh full; }
verify_exhaustive() { ci/verify.sh exhaustive; }
sweep_cpu() { ci/sweep.sh cpu; }
sweep_reference() { ci/sweep.sh reference; }
# The two classic mutants that no input tells from the right kernel, over all 2^31 amaxes.
prove_equivalents() { need_tool; "$tool" mutants --family classic --prove; }
witnesses() { FP8ORACLE_EVERY_CASE=1 build/release/bin/witness_tests; }  # all 2^32, where the gate strides
tidy() { ci/tidy.sh; }
fuzz_10_minutes() { ci/fuzz.sh 600; }

# verify_under PRESET: the whole command under a sanitizer, every clause, the level made for it.
verify_under() {
  local fixed_layout=()
  if setarch "$(uname -m)" -R true 2>/dev/null; then fixed_layout=(setarch "$(uname -m)" -R); fi
  ci/build.sh "$1" fp8oracle
  "${fixed_layout[@]}" "build/$1/bin/fp8oracle" verify --backend cpu --level sanitize --seed 1
}
verify_under_asan() { verify_under asan-ubsan; }
verify_under_tsan() { verify_under tsan; }
sanitize_slow() { ci/sanitize.sh slow; }  # the unit tests that are too long for the gate

coverage() {
  require gcovr
  ci/build.sh coverage
  ci/unit.sh coverage
  build/coverage/bin/fp8oracle verify --backend cpu --seed 1
  gcovr --root . --filter 'common/' --filter 'reference/' --filter 'optimized/' --filter 'proptests/' --filter 'cli/' \
    --exclude '.*/tests/.*' build/coverage --print-summary --txt build/coverage.txt
}

cuda_compile() {
  local nvcc
  nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
  if [ ! -x "$nvcc" ]; then
    skipped "no nvcc on this machine"
  else
    # Every architecture that the kernels know; the gate compiles sm_90 alone.
    cmake --preset release -B build/cuda-all -DFP8ORACLE_CUDA_ARCHITECTURES="80;90;100"
    cmake --build build/cuda-all --target fp8oracle_cuda fp8oracle_cuda_mutants -- -j"$jobs"
    tally 1 0 0
  fi
}

mkdir -p ci/results build/full
summary=ci/results/$(date -u +%Y-%m-%d)-full.txt
{
  echo "ci/full.sh at $(git describe --always --dirty) on $(date -u '+%Y-%m-%d %H:%M UTC')"
  echo "machine: $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -1), $(nproc) cores"
  echo "compiler: $(c++ --version | head -1)"
} >>"$summary"

for part in "${parts[@]}"; do
  begin=$SECONDS
  printf '\n==== %s ====\n' "$part"
  check "$part" "$part" >"build/full/$part.log" 2>&1
  tail -5 "build/full/$part.log"
  {
    printf '%-18s %5d s  %s\n' "$part" $((SECONDS - begin)) "$(tail -1 "build/full/$part.log")"
    grep -h 'SKIPPED: ' "build/full/$part.log" | sed 's/^/    /' || true
  } >>"$summary"
done
finish | tee -a "$summary"
