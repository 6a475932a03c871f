#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a user of the installed package does: install into a fresh prefix, build a backend outside
# the tree against it with find_package, verify that backend with the installed command; and the
# same backend through add_subdirectory.
source "$(dirname "$0")/lib.sh"
need_tool
consumer=$top/examples/out_of_tree_backend
work=$top/build/package
prefix=$work/prefix
rm -rf "$work"
mkdir -p "$work"

# quietly NAME COMMAND...: the output is shown only when the command fails.
quietly() {
  local log=$work/$1.log
  shift
  "$@" >"$log" 2>&1 || {
    tail -40 "$log"
    return 1
  }
}

# The consumer must find everything in the prefix: the source tree's own headers are out of reach.
outside=$(mktemp -d)
trap 'rm -rf "$outside"' EXIT
cp -r "$consumer" "$outside/backend"

build_with_find_package() {
  quietly find_package cmake -S "$outside/backend" -B "$work/find_package" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
  quietly find_package_build cmake --build "$work/find_package"
}

build_with_add_subdirectory() {
  quietly add_subdirectory cmake -S ci/add_subdirectory_consumer -B "$work/add_subdirectory" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release -DFP8ORACLE_SOURCE_DIR="$top" -DBACKEND_SOURCE_DIR="$consumer"
  quietly add_subdirectory_build cmake --build "$work/add_subdirectory" --target example_backend
}

# module FOLDER: the backend that was built below it.
# Below that folder only: the checkout itself may well be called fp8oracle.
module() { find "$1" -name '*.so' -not -path "$1/fp8oracle/*" | head -1; }

# The module stands outside the tree and the installed command has only its prefix.
verify_module() {
  local so
  so=$(module "$1")
  [ -n "$so" ] || { echo "no module below $1"; return 1; }
  (cd "$outside" && "$prefix/bin/fp8oracle" verify --backend "$so" --seed 1)
}

check "install into a fresh prefix" quietly install cmake --install build/release --prefix "$prefix"
client_compiles() { echo '#include <fp8oracle/client.hpp>' | c++ -std=c++17 -Wall -Wextra -Werror -I"$prefix/include" -fsyntax-only -x c++ -; }
check "the installed client compiles as C++17" client_compiles
check "the installed command runs" quietly run "$prefix/bin/fp8oracle" list backends
check "find_package consumer builds" build_with_find_package
check "the installed command verifies the consumer" verify_module "$work/find_package"
for installed in "$prefix"/lib*/fp8oracle/*.so "$prefix"/lib*/*/fp8oracle/*.so; do
  [ -f "$installed" ] || continue
  name=$(basename "$installed" .so)
  if "$prefix/bin/fp8oracle" list backends | grep -q "^${name#fp8oracle_} .*cannot run here"; then
    skipped "$name is installed and cannot run here: no device for it"
    continue
  fi
  check "the installed command loads $(basename "$installed")" \
    quietly "load-$(basename "$installed")" "$prefix/bin/fp8oracle" verify --backend "$installed" --seed 1
done
check "add_subdirectory consumer builds" build_with_add_subdirectory
finish
