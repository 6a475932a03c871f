#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Configures and builds a preset: ci/build.sh [PRESET] [TARGET...]   (default: release, everything)
source "$(dirname "$0")/lib.sh"
preset=${1:-release}
[ $# -eq 0 ] || shift
targets=()
for target in "$@"; do targets+=(--target "$target"); done

mkdir -p build
if ! cmake --preset "$preset" >"build/$preset.configure.log" 2>&1; then
  cat "build/$preset.configure.log"
  fail "configure of preset $preset"
fi
cmake --build --preset "$preset" "${targets[@]}" -- -j"$jobs"
tally 1 0 0
