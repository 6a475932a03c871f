// SPDX-License-Identifier: Apache-2.0
#include "reference/dequantize.h"

#include <array>

#include "reference/codec.h"
#include "reference/e8m0.h"
#include "reference/scalar.h"

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

}  // namespace

Tile load_scale_inv(const fp8oracle_buffer& scale_inv, const ScaleGrid& scales, const Window& w) {
  Tile values(w.rows, w.cols);
  const bool e8m0 = scales.grid.is_mx();
  for (Eigen::Index r = 0; r < w.rows; ++r) {
    for (Eigen::Index c = 0; c < w.cols; ++c) {
      const auto index = static_cast<std::size_t>(scales.index(w.row + r, w.col + c));
      const auto* at = static_cast<unsigned char*>(scale_inv.data) +
                       index * static_cast<std::size_t>(scales.element_bytes);
      values(r, c) = e8m0 ? e8m0_value(*at) : load_float(at);
    }
  }
  return values;
}

void dequantize(const ResolvedScheme& scheme, const fp8oracle_dequantize_args& args) {
  const auto direction = static_cast<fp8oracle_direction>(scheme.directions);
  const std::int64_t rows = args.output.rows, cols = args.output.cols;
  const Table value_of = decode_table(scheme.format);
  const ScaleGrid scales = scale_grid(scheme, direction, rows, cols);
  const CodesView view{static_cast<std::uint8_t*>(args.pair.codes.data),
                       codes_shape(scheme, direction, rows, cols)};

  for_each_tile(rows, cols, [&](const Window& window) {
    const CodeTile codes = load_codes(view, window);
    const Tile value = codes.unaryExpr([&](std::uint8_t code) { return value_of[code]; });
    const Tile y = value * load_scale_inv(args.pair.scale_inv, scales, window);  // one FP32 product
    store_tile(y, args.output, window);
  });
}

}  // namespace fp8oracle::reference
