// SPDX-License-Identifier: Apache-2.0
#include "reference/layout.h"

#include <algorithm>

#include "fp8oracle/scale_grid.h"

namespace fp8oracle::reference {
namespace {

/// Moves every scale from where one layout has it to where the other wants it.
void permute(const ScaleGrid& from, const ScaleGrid& to, const fp8oracle_swizzle_args& args) {
  const auto* input = static_cast<const std::uint8_t*>(args.input.data);
  auto* output = static_cast<std::uint8_t*>(args.output.data);
  std::fill_n(output, args.output.bytes, std::uint8_t{0});
  for (std::int64_t i = 0; i < from.lines(); ++i) {
    for (std::int64_t j = 0; j < from.blocks(); ++j)
      output[to.place(i, j)] = input[from.place(i, j)];
  }
}

ScaleGrid scales_of(ResolvedScheme scheme, fp8oracle_layout layout,
                    const fp8oracle_swizzle_args& args) {
  scheme.layout = layout;
  return scale_grid(scheme, static_cast<fp8oracle_direction>(scheme.directions), args.rows,
                    args.cols);
}

}  // namespace

void swizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args) {
  permute(scales_of(scheme, scheme.layout, args),
          scales_of(scheme, FP8ORACLE_LAYOUT_SWIZZLED, args), args);
}

void unswizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args) {
  permute(scales_of(scheme, FP8ORACLE_LAYOUT_SWIZZLED, args),
          scales_of(scheme, scheme.layout, args), args);
}

}  // namespace fp8oracle::reference
