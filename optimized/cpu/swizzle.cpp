// SPDX-License-Identifier: Apache-2.0
// Permuting E8M0 scales between a plain layout and the swizzled one [K19].
#include <cstdint>

#include "grid.h"
#include "operations.h"
#include "scale_layout.h"
#include "threads.h"

namespace fp8oracle::cpu {
namespace {

void permute(const ScaleLayout& from, const ScaleLayout& to, const fp8oracle_swizzle_args& args) {
  const auto* const input = static_cast<const std::uint8_t*>(args.input.data);
  auto* const output = static_cast<std::uint8_t*>(args.output.data);
  clear_padding(to, output);
  const Grid grid{to.outer_count, to.block_count, 128, 512};
  parallel_for(grid.count(), to.outer_count * to.block_count, [&](std::int64_t i) {
    const Rectangle part = grid.at(i);
    for (std::int64_t outer = part.row_begin; outer < part.row_end; ++outer) {
      for (std::int64_t block = part.col_begin; block < part.col_end; ++block) {
        output[to.index(outer, block)] = input[from.index(outer, block)];
      }
    }
  });
}

struct Layouts {
  ScaleLayout plain, swizzled;
};

Layouts layouts_of(const fp8oracle_swizzle_args& args) {
  const auto direction = static_cast<fp8oracle_direction>(args.scheme.directions);
  fp8oracle_scheme swizzled = args.scheme;
  swizzled.layout = FP8ORACLE_LAYOUT_SWIZZLED;
  return {scale_layout(args.scheme, direction, args.rows, args.cols),
          scale_layout(swizzled, direction, args.rows, args.cols)};
}

}  // namespace

void swizzle(const fp8oracle_swizzle_args& args) {
  const Layouts layouts = layouts_of(args);
  permute(layouts.plain, layouts.swizzled, args);
}

void unswizzle(const fp8oracle_swizzle_args& args) {
  const Layouts layouts = layouts_of(args);
  permute(layouts.swizzled, layouts.plain, args);
}

}  // namespace fp8oracle::cpu
