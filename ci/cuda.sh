#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The CUDA backend: that the release build has it where a toolkit is (sm_90; ci/full.sh compiles all
# architectures), and a smoke verify where a device is. Each half that cannot be done is said loudly.
source "$(dirname "$0")/lib.sh"
need_tool
has_cuda() { "$tool" list backends | grep -q '^cuda '; }
if ! command -v nvcc >/dev/null 2>&1 && [ ! -x /usr/local/cuda/bin/nvcc ]; then
  skipped "no CUDA toolkit on this machine: the CUDA backend was not compiled"
  exit 0
fi
check "the CUDA backend is built" has_cuda
if ! command -v nvidia-smi >/dev/null 2>&1 || ! nvidia-smi -L 2>/dev/null | grep -q '^GPU'; then
  skipped "no NVIDIA device on this machine: THE GPU STAGE DID NOT RUN (ci/gpu.sh, where a GPU is)"
else
  check "verify the CUDA backend" "$tool" verify --backend cuda
fi
finish
