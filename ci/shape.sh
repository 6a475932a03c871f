#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The shape of the tree: lines of code, lengths of functions, how many lines know an operation by its name. It reads
# what git tracks. Numbers to compare two commits by, no verdict; not a stage of the gate.
# lizard and what it needs live in build/shape; without the registry the lengths are skipped.
source "$(dirname "$0")/lib.sh"

# Data and recorded results are not code.
recorded=(':!proptests/vectors/*.safetensors' ':!bench/results' ':!ci/results' ':!*/fuzz/corpus/*')
code=('*.h' '*.hpp' '*.c' '*.cpp' '*.cu' '*.cuh')
scripts=('*.py' '*.sh' '*.cmake' '*CMakeLists.txt')
# A test is a file below a folder tests/ or one named *_test.*; everything else is the product.
is_test='(^|/)tests/|_test\.[a-z]+$'

# code_lines: reads names, prints "FILE LINES". A line counts that is neither blank nor a comment from end to end:
# one that begins with //, or lies within /* */ that begins a line; with # in scripts. A docstring counts as code.
code_lines() {
  # shellcheck disable=SC2016  # awk's own
  tr '\n' '\0' | xargs -0 awk '
    FNR == 1 { within = 0; hash = FILENAME ~ /\.(py|sh|cmake)$|CMakeLists\.txt$/; lines[FILENAME] += 0 }
    /^[[:space:]]*$/ { next }
    hash { if ($1 !~ /^#/) ++lines[FILENAME]; next }
    within { if (index($0, "*/")) within = 0; next }
    $1 ~ /^\/\// { next }
    $1 ~ /^\/\*/ { if (!index($0, "*/")) within = 1; next }
    { ++lines[FILENAME] }
    END { for (file in lines) print file, lines[file] }'
}

# rows: reads "KEY FILE LINES", prints one row a key, sorted.
rows() {
  awk -v is_test="$is_test" '
    { all[$1] += $3; ++files[$1]; if ($2 ~ is_test) tests[$1] += $3 }
    END { for (key in all) printf "  %-24s %7d %10d %7d %7d\n", key, all[key], all[key] - tests[key], tests[key], files[key] }' |
    sort
}

print_lines() {
  local counted
  counted=$(git ls-files -- "${code[@]}" "${scripts[@]}" "${recorded[@]}" | code_lines)
  printf '%-26s %7s %10s %7s %7s\n' "lines of code" all "not tests" tests files
  awk '{ print (index($1, "/") ? substr($1, 1, index($1, "/") - 1) : "(top)"), $0 }' <<<"$counted" | rows
  awk '{ print ($1 ~ /\.(h|c|cpp|cu|cuh)$/ ? "C,C++,CUDA" : "Python,shell,CMake"), $0 }' <<<"$counted" | rows
  awk '{ print "total", $0 }' <<<"$counted" | rows
}

# Asked for 10 seconds; the whole installation may take 2 minutes.
environment=build/shape
install() {
  python3 -m venv "$environment" &&
    timeout 120 "$environment/bin/python" -m pip --quiet --no-input --disable-pip-version-check install \
      --timeout 10 --retries 0 -r ci/shape_requirements.txt
}

# Lengths are lizard's NLOC: lines of a function, without blanks and comments. A TEST is a function too.
print_lengths() {
  git ls-files -- "${code[@]}" '*.py' "${recorded[@]}" >build/shape.files
  "$environment/bin/lizard" --no-gitignore --csv -f build/shape.files >build/shape.csv
  "$environment/bin/python" - "$is_test" build/shape.csv <<'PYTHON'
import csv, re, sys

with open(sys.argv[2], newline="") as file:
    functions = [(int(row[0]), row[6], row[7], row[9]) for row in csv.reader(file)]
product = [f for f in functions if not re.search(sys.argv[1], f[1])]


def row(name, some):
    lengths = sorted(f[0] for f in some)
    at = lambda share: lengths[min(len(lengths) - 1, int(share * len(lengths)))]
    over = sum(length > 40 for length in lengths)
    print(f"  {name:24} {len(lengths):7} {at(0.5):10} {at(0.9):7} {lengths[-1]:7} {over:7}")


print(f"{'lengths of functions':26} {'number':>7} {'median':>10} {'p90':>7} {'max':>7} {'> 40':>7}")
row("not tests", product)
row("all", functions)
print("  the longest, not tests:")
for nloc, path, name, begin in sorted(product, key=lambda f: (-f[0], f[1]))[:10]:
    print(f"    {nloc:4}  {path}:{begin} {name}")
PYTHON
}

# Who knows that there are kinds of operations. Kernels, the judges that must know (reference, mutants), tests and the
# places that describe an operation once (backend.h, client.hpp, operations.def, fields.h) are left out; what is left should ask them.
elsewhere=("${code[@]}" '*.def' ':!optimized' ':!reference' ':!proptests/mutants' ':(exclude,glob)**/tests/**' ':!*_test.cpp'
  ':(exclude,glob)**/operations.def' ':(exclude,glob)**/fields.h' ':(exclude,glob)**/backend.h'
  ':(exclude,glob)**/client.hpp')
narrow='block_rows|block_cols|is_block|kMxBlock|FP8ORACLE_OP_|StepKind::'
# Beside these: a comparison with a granularity, a granularity's name, "is it a byte" for "is it FP8", and 32 as a
# divisor or a multiple. 32 as a width of integers or of a buffer is not meant, but a few such lines are in it.
wide="$narrow|granularity *[=!]=|GRANULARITY|element_bytes *[=!]= *1|[*/%] *32\\b"

# knowledge NAME PATTERN
knowledge() {
  git grep -cIE -e "$2" -- "${elsewhere[@]}" |
    awk -F: -v name="$1" '{ lines += $NF } END { printf "  %-24s %7d lines in %d files\n", name, lines, NR }'
}

mkdir -p build
echo "shape of $(git describe --always --dirty --abbrev=12)"
echo
print_lines
echo
if [ -x "$environment/bin/lizard" ] || install >build/shape.log 2>&1 </dev/null; then
  print_lengths
else
  skipped "registry not reached"
fi
echo
echo "lines that know an operation by its name"
knowledge narrow "$narrow"
knowledge wide "$wide"
