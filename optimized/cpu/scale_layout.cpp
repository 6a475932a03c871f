// SPDX-License-Identifier: Apache-2.0
#include "scale_layout.h"

#include <cstring>

#include "fp8oracle/layout.h"

namespace fp8oracle::cpu {

ScaleLayout scale_layout(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                         std::int64_t rows, std::int64_t cols) {
  const ScaleInvShape shape = scale_inv_shape(scheme, direction, rows, cols);
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  // Columnwise scales of codes that are not transposed stand in rows of blocks.
  const bool blocks_are_rows =
      !rowwise && !shape.swizzled && scheme.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_SAME;

  ScaleLayout layout;
  layout.outer_count = rowwise ? rows : cols;
  layout.block_count = ceil_div(rowwise ? cols : rows, kMxBlock);
  layout.bytes = shape.bytes();
  layout.outer_pitch = blocks_are_rows ? 1 : shape.cols;
  layout.block_pitch = blocks_are_rows ? shape.cols : 1;
  layout.tiles_across = shape.cols / 4;
  layout.swizzled = shape.swizzled;
  return layout;
}

void clear_padding(const ScaleLayout& layout, std::uint8_t* scale_inv) {
  if (layout.has_padding() && layout.bytes > 0) {
    std::memset(scale_inv, 0, static_cast<std::size_t>(layout.bytes));
  }
}

}  // namespace fp8oracle::cpu
