// SPDX-License-Identifier: Apache-2.0
#include "reference/dequantize.h"

#include <array>

#include "reference/codec.h"
#include "reference/e8m0.h"
#include "reference/layout.h"
#include "reference/scalar.h"
#include "reference/tile.h"

namespace fp8oracle::reference {
namespace {

using Table = std::array<float, 256>;

/// The value of every code; all of them are FP32 numbers.
Table decode_table(const Format& format) {
  Table table{};
  for (unsigned code = 0; code < table.size(); ++code) {
    table[code] = static_cast<float>(decode(format, static_cast<std::uint8_t>(code)));
  }
  return table;
}

/// The scale_inv of each element of the tile at (row, col).
Tile load_scale_inv(const fp8oracle_dequantize_args& args, const ScaleInvLayout& layout,
                    const CodeTile& shape, std::int64_t row, std::int64_t col) {
  Tile scale_inv(shape.rows(), shape.cols());
  if (args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR) {
    scale_inv.setConstant(load_scalar(args.pair.scale_inv));
    return scale_inv;
  }
  const auto* codes = static_cast<const std::uint8_t*>(args.pair.scale_inv.data);
  if (args.scheme.directions == FP8ORACLE_ROWWISE) {
    for (Eigen::Index r = 0; r < shape.rows(); ++r) {
      scale_inv.row(r).setConstant(e8m0_value(codes[layout.index(row + r, col)]));
    }
  } else {
    for (Eigen::Index c = 0; c < shape.cols(); ++c) {
      scale_inv.col(c).setConstant(e8m0_value(codes[layout.index(row, col + c)]));
    }
  }
  return scale_inv;
}

}  // namespace

void dequantize(const fp8oracle_dequantize_args& args) {
  const auto direction = static_cast<fp8oracle_direction>(args.scheme.directions);
  const std::int64_t rows = args.output.rows, cols = args.output.cols;
  const Table value_of = decode_table(format_from_abi(args.scheme.format));
  const ScaleInvLayout layout(args.scheme, direction, rows, cols);
  const CodesView view{static_cast<std::uint8_t*>(args.pair.codes.data),
                       codes_shape(args.scheme, direction, rows, cols)};

  for_each_tile(rows, cols, [&](std::int64_t row, std::int64_t col) {
    const CodeTile codes = load_codes(view, row, col);
    const Tile value = codes.unaryExpr([&](std::uint8_t code) { return value_of[code]; });
    const Tile y = value * load_scale_inv(args, layout, codes, row, col);  // one FP32 product
    store_tile(y, args.output, row, col);
  });
}

}  // namespace fp8oracle::reference
