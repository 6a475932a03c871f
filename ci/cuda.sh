#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The CUDA backend on a device: smoke verify. Says SKIPPED where there is nothing to run or no device.
source "$(dirname "$0")/lib.sh"
need_tool
if [ ! -d optimized/cuda ]; then
  skipped "no CUDA backend in this tree"
elif ! command -v nvidia-smi >/dev/null 2>&1 || ! nvidia-smi -L 2>/dev/null | grep -q '^GPU'; then
  skipped "no NVIDIA device on this machine"
else
  check "verify the CUDA backend" "$tool" verify --backend cuda
  finish
fi
