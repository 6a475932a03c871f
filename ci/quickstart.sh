#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a bare Debian 12 to a verdict: installs what the tool needs, builds it, fetches a trained
# checkpoint, and verifies the CPU backend against the reference on random shapes and on the weights.
source "$(dirname "$0")/lib.sh"
tool=$top/build/tool/bin/fp8oracle

ci/setup.sh tool
mkdir -p build
cmake --preset tool >build/tool.log 2>&1 || { cat build/tool.log; fail "configure"; }
cmake --build --preset tool -- -j"$jobs"

checkpoint=$(ci/checkpoint.sh | tail -1)

echo "quickstart: the CPU backend on random shapes"
"$tool" verify --backend cpu
echo "quickstart: the CPU backend on the weights of $checkpoint"
"$tool" verify --backend cpu --input "$checkpoint"

tally 2 0 0
echo "quickstart: the CPU backend agrees with the reference bit for bit, in ${SECONDS} s from the start of this script"
