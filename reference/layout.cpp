// SPDX-License-Identifier: Apache-2.0
#include "reference/layout.h"

#include <algorithm>

namespace fp8oracle::reference {
namespace {

/// Moves the scale of every block from where one layout has it to where the other wants it.
void permute(const fp8oracle_swizzle_args& args, fp8oracle_layout from_layout,
             fp8oracle_layout to_layout) {
  const auto direction = static_cast<fp8oracle_direction>(args.scheme.directions);
  fp8oracle_scheme from_scheme = args.scheme, to_scheme = args.scheme;
  from_scheme.layout = from_layout;
  to_scheme.layout = to_layout;
  const ScaleInvLayout from(from_scheme, direction, args.rows, args.cols);
  const ScaleInvLayout to(to_scheme, direction, args.rows, args.cols);

  const auto* input = static_cast<const std::uint8_t*>(args.input.data);
  auto* output = static_cast<std::uint8_t*>(args.output.data);
  std::fill_n(output, args.output.bytes, std::uint8_t{0});
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  for (std::int64_t row = 0; row < args.rows; row += rowwise ? 1 : kMxBlock) {
    for (std::int64_t col = 0; col < args.cols; col += rowwise ? kMxBlock : 1) {
      output[to.index(row, col)] = input[from.index(row, col)];
    }
  }
}

}  // namespace

ScaleInvLayout::ScaleInvLayout(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                               std::int64_t rows, std::int64_t cols)
    : rowwise_(direction == FP8ORACLE_ROWWISE) {
  if (scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR) return;
  const bool transposed_codes = codes_shape(scheme, direction, rows, cols).transposed;
  if (scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED) {
    kind_ = Kind::kSwizzled;
  } else {
    kind_ = rowwise_ || transposed_codes ? Kind::kLineMajor : Kind::kBlockMajor;
  }
  stride_ = scale_inv_shape(scheme, direction, rows, cols).cols;
}

std::int64_t scale_inv_index(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                             std::int64_t rows, std::int64_t cols, std::int64_t row,
                             std::int64_t col) {
  return ScaleInvLayout(scheme, direction, rows, cols).index(row, col);
}

std::int64_t code_index(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                        std::int64_t rows, std::int64_t cols, std::int64_t row, std::int64_t col) {
  const CodesShape shape = codes_shape(scheme, direction, rows, cols);
  return shape.transposed ? col * shape.cols + row : row * shape.cols + col;
}

void swizzle(const fp8oracle_swizzle_args& args) {
  permute(args, static_cast<fp8oracle_layout>(args.scheme.layout), FP8ORACLE_LAYOUT_SWIZZLED);
}

void unswizzle(const fp8oracle_swizzle_args& args) {
  permute(args, FP8ORACLE_LAYOUT_SWIZZLED, static_cast<fp8oracle_layout>(args.scheme.layout));
}

}  // namespace fp8oracle::reference
