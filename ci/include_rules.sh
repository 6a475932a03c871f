#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The arrows between the folders and the habits that a grep can see. Each rule is one check; a rule
# fails when its pattern is found in a tracked file. Letters in [] keep this file out of its own nets.
source "$(dirname "$0")/lib.sh"

# absent PATTERN PATHSPEC...: no tracked line matches; prints those that do. An error of grep is no pass.
absent() { absent_but '.^' "$@"; }  # .^ matches no line

# absent_but EXCEPTION PATTERN PATHSPEC...: lines that match the exception as well are let through.
absent_but() {
  local exception=$1 pattern=$2 status=0
  shift 2
  git grep -nIE -e "$pattern" --and --not -e "$exception" -- "$@" || status=$?
  [ "$status" -eq 1 ]
}

code=('*.h' '*.hpp' '*.c' '*.cpp' '*.cu' '*.cuh')
# in FOLDER...: pathspecs of the code below the folders.
in_folder() {
  local folder glob
  paths=()
  for folder in "$@"; do
    for glob in "${code[@]}"; do paths+=("$folder/$glob"); done
  done
}
include='^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]'

in_folder optimized
check "optimized never includes the reference" absent "$include([^>\"]*/)?reference/" "${paths[@]}"
check "optimized never links the reference" absent 'fp8oracle(::|_)reference' 'optimized/*CMakeLists.txt'

in_folder reference
check "reference never includes the optimized side" absent "$include([^>\"]*/)?optimized/" "${paths[@]}"
check "reference never links the optimized side" absent 'fp8oracle(::|_)(cpu|cuda)' 'reference/*CMakeLists.txt'
check "reference uses no vendor conversion, SIMD or intrinsics" absent \
  "$include(hwy/|cuda|[a-z0-9]*intrin\.h)|fp8oracle(::|_)hwy|hwy::hwy" "${paths[@]}" 'reference/*CMakeLists.txt'

in_folder common
check "common includes neither side nor what stands on top" absent \
  "$include(.*/)?(reference|optimized|proptests|cli|bench)/" "${paths[@]}"
check "common stands on the standard library and JSON alone, its tests aside" absent \
  "$include(rapidcheck|Eigen/|hwy/|cuda)" "${paths[@]}" ':!common/*tests/*'
check "common links neither side" absent 'fp8oracle(::|_)(reference|cpu|cuda|mutants)' 'common/*CMakeLists.txt'

in_folder proptests cli bench
check "proptests, cli and bench reach the optimized side only through its backend table" absent_but \
  'optimized/[a-z]+/(backend|mutants/[a-z_]+)\.h[>"]' "$include([^>\"]*/)?optimized/" "${paths[@]}"
in_folder common optimized/cpu cli bench proptests/plans proptests/clauses proptests/runner proptests/mutants
check "the vendor's conversions are a witness in proptests/exhaustive only" absent "${include}cuda_fp8" "${paths[@]}"

build_files=('*CMakeLists.txt' '*.cmake' CMakePresets.json)
check "no flag that changes bits or ties the build to one machine" absent \
  '(-f|use_)[f]ast[-_]math|-Ofast|-[m]arch=|-[m]avx|-[m]fma|-[m]tune=' "${build_files[@]}"
check "no leftover notes to self" absent '\b(T[O]DO|F[I]XME|X[X]X)\b' .
check "no registry's address" absent 'https?://[a-z0-9.-]*(registry|mirror|pypi|[d]ebian|npmjs)' . ':!LICENSE'

every_source_has_a_licence_line() {
  local file status=0
  while IFS= read -r -d '' file; do
    if ! head -2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0'; then
      echo "no SPDX line: $file"
      status=1
    fi
  done < <(tracked_sources; git ls-files -z -- "${build_files[@]}" ':!CMakePresets.json' '*.sh' '*.py' .ci/run)
  return $status
}
check "every source file starts with its licence" every_source_has_a_licence_line

# A length is a hint, not a verdict.
tracked_sources | xargs -0 wc -l | awk '$1 > 450 && $2 != "total" { print "include_rules: note: " $2 " has " $1 " lines" }'
finish
