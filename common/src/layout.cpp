// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/layout.h"

#include "fp8oracle/error.h"

namespace fp8oracle {
namespace {

// Blocks along a row of the (possibly transposed) matrix: [outer, blocks], padded to 128 x 4.
ScaleInvShape blocks_along_rows(std::int64_t outer, std::int64_t inner, std::uint32_t layout) {
  const std::int64_t blocks = ceil_div(inner, kMxBlock);
  if (layout == FP8ORACLE_LAYOUT_COMPACT) return {outer, blocks, outer, blocks, 1, false};
  const bool swizzled = layout == FP8ORACLE_LAYOUT_SWIZZLED;
  return {round_up(outer, 128), round_up(blocks, 4), outer, blocks, 1, swizzled};
}

}  // namespace

CodesShape codes_shape(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                       std::int64_t rows, std::int64_t cols) {
  const bool mx = scheme.granularity != FP8ORACLE_GRANULARITY_TENSOR;
  const bool transposed = direction == FP8ORACLE_COLUMNWISE &&
                          !(mx && scheme.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_SAME);
  return transposed ? CodesShape{cols, rows, true} : CodesShape{rows, cols, false};
}

ScaleInvShape scale_inv_shape(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                              std::int64_t rows, std::int64_t cols) {
  switch (scheme.granularity) {
    case FP8ORACLE_GRANULARITY_TENSOR: return {1, 1, 1, 1, 4, false};
    case FP8ORACLE_GRANULARITY_MX32:
    case FP8ORACLE_GRANULARITY_MX32X32: break;
    default: throw std::invalid_argument("scale_inv_shape: this granularity has no layout yet");
  }
  if (direction == FP8ORACLE_ROWWISE) return blocks_along_rows(rows, cols, scheme.layout);
  ScaleInvShape shape = blocks_along_rows(cols, rows, scheme.layout);
  // `same` stores the columnwise scales untransposed, except that the swizzle is of the transpose.
  if (scheme.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_SAME && !shape.swizzled) {
    shape = {shape.cols, shape.rows, shape.used_cols, shape.used_rows, 1, false};
  }
  return shape;
}

}  // namespace fp8oracle
