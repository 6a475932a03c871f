// SPDX-License-Identifier: Apache-2.0
// Permuting E8M0 scales between a plain layout and the swizzled one [K19].
#include <cstdint>
#include <cstring>

#include "operations.h"
#include "scale_layout.h"
#include "shards.h"
#include "threads.h"

namespace fp8oracle::cpu {
namespace {

/// Bytes `block` to `block` + kCount of one line, which stand together on both sides.
template <int kCount>
void copy(const ScaleLayout& from, const std::uint8_t* input, const ScaleLayout& to,
          std::uint8_t* output, std::int64_t outer, std::int64_t block) {
  std::memcpy(output + to.index(outer, block), input + from.index(outer, block), kCount);
}

void permute(const ScaleLayout& from, const ScaleLayout& to, const fp8oracle_swizzle_args& args) {
  const auto* const input = static_cast<const std::uint8_t*>(args.input.data);
  auto* const output = static_cast<std::uint8_t*>(args.output.data);
  clear_padding(to, output);
  const Shards shards{to.outer_count, to.block_count, 128, 512};
  const bool words = from.has_words() && to.has_words();
  parallel_for(shards.count(), to.outer_count * to.block_count, [&](std::int64_t i) {
    const Rectangle part = shards.at(i);
    for (std::int64_t outer = part.row_begin; outer < part.row_end; ++outer) {
      std::int64_t block = part.col_begin;
      for (; words && block + 4 <= part.col_end; block += 4)
        copy<4>(from, input, to, output, outer, block);
      for (; block < part.col_end; ++block) copy<1>(from, input, to, output, outer, block);
    }
  });
}

struct Layouts {
  ScaleLayout plain, swizzled;
};

Layouts layouts_of(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args) {
  const auto direction = static_cast<fp8oracle_direction>(scheme.directions);
  ResolvedScheme swizzled = scheme;
  swizzled.layout = FP8ORACLE_LAYOUT_SWIZZLED;
  return {scale_layout(scheme, direction, args.rows, args.cols),
          scale_layout(swizzled, direction, args.rows, args.cols)};
}

}  // namespace

void swizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args) {
  const Layouts layouts = layouts_of(scheme, args);
  permute(layouts.plain, layouts.swizzled, args);
}

void unswizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args) {
  const Layouts layouts = layouts_of(scheme, args);
  permute(layouts.swizzled, layouts.plain, args);
}

}  // namespace fp8oracle::cpu
