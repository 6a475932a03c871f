// SPDX-License-Identifier: Apache-2.0
#include "scale_layout.h"

#include <cstring>

#include "fp8oracle/layout.h"

namespace fp8oracle::cpu {

ScaleLayout scale_layout(const ResolvedScheme& scheme, fp8oracle_direction direction,
                         std::int64_t rows, std::int64_t cols) {
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  const bool padded = scheme.layout != FP8ORACLE_LAYOUT_COMPACT;
  ScaleLayout layout;
  layout.swizzled = scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED;
  layout.outer_count = rowwise ? rows : cols;
  layout.block_count = ceil_div(rowwise ? cols : rows, kMxBlock);
  const std::int64_t outer_stored = round_up(layout.outer_count, padded ? 128 : 1);
  const std::int64_t blocks_stored = round_up(layout.block_count, padded ? 4 : 1);
  layout.bytes = outer_stored * blocks_stored;
  layout.tiles_across = blocks_stored / 4;
  // Columnwise scales of codes that are not transposed stand in rows of blocks.
  const bool blocks_are_rows =
      !rowwise && scheme.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_SAME;
  layout.outer_pitch = blocks_are_rows ? 1 : blocks_stored;
  layout.block_pitch = blocks_are_rows ? outer_stored : 1;
  return layout;
}

void clear_padding(const ScaleLayout& layout, std::uint8_t* scale_inv) {
  if (layout.has_padding() && layout.bytes > 0) {
    std::memset(scale_inv, 0, static_cast<std::size_t>(layout.bytes));
  }
}

}  // namespace fp8oracle::cpu
