#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs the built command, the tests that need no source tree, the benchmarks and their libraries into
# one relocatable folder, so that a GPU node without the build's packages can run ci/gpu.sh from it.
#   ci/bundle.sh [FOLDER]   (default: build/bundle)
# Not in it: glibc and libstdc++ (any system with GCC 12's or newer has them) and the CUDA Toolkit, of
# which only compute-sanitizer is used; ci/gpu.sh says when that is missing.
source "$(dirname "$0")/lib.sh"
bundle=${1:-build/bundle}
limit_mib=64
ci/build.sh release

rm -rf "$bundle"
mkdir -p "$bundle/bin" "$bundle/lib" "$bundle/ci" "$bundle/bench/results"
programs=(fp8oracle fp8oracle_bench cpu_tests reference_tests sweep_tests queued_tests)
if [ -x build/release/bin/cuda_tests ]; then programs+=(cuda_tests); else skipped "cuda_tests: built without CUDA"; fi
for program in "${programs[@]}"; do
  strip -o "$bundle/bin/$program" "build/release/bin/$program"
done
find build/release -name 'fp8oracle_*.so' -exec cp {} "$bundle/lib/" \;
cp ci/lib.sh ci/gpu.sh "$bundle/ci/"
git describe --always --dirty >"$bundle/COMMIT"

# own_libraries PROGRAM...: the shared libraries that no bare system has.
own_libraries() {
  ldd "$@" | awk '$2 == "=>" && $3 ~ "^/" { print $3 }' |
    grep -vE '/(libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s|ld-linux-x86-64)\.so' | sort -u
}
while IFS= read -r library; do cp -L "$library" "$bundle/lib/"; done < <(own_libraries "$bundle"/bin/*)

# The programs look in ../lib of where they lie: nothing may be found elsewhere, or missing.
finds_its_libraries() {
  local program
  for program in "$bundle"/bin/*; do
    if ldd "$program" | grep -q 'not found'; then echo "$program lacks a library"; return 1; fi
    if own_libraries "$program" | grep -v "^$(realpath "$bundle")/" | grep .; then
      echo "$program finds a library outside the bundle"
      return 1
    fi
  done
}
fits() { [ "$(du -sm "$bundle" | cut -f1)" -le "$limit_mib" ]; }
check "every program finds its libraries inside" finds_its_libraries
check "at most $limit_mib MiB" fits
echo "bundle: $bundle, $(du -sm "$bundle" | cut -f1) MiB; on the GPU node: $(basename "$bundle")/ci/gpu.sh"
finish
