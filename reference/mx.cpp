// SPDX-License-Identifier: Apache-2.0
#include "reference/mx.h"

#include <algorithm>

#include "reference/codec.h"
#include "reference/layout.h"
#include "reference/tile.h"

namespace fp8oracle::reference {
namespace {

/// One direction of the tensor: what is read, the rules, where scales and codes go.
struct Direction {
  const fp8oracle_quantize_args& args;
  fp8oracle_direction direction;
  Format format;
  ElementRules element;
  E8m0Rules e8m0;
  ScaleInvLayout layout;
  std::uint8_t* scale_inv;
  CodesView codes;

  const fp8oracle_knobs& knobs() const { return args.scheme.knobs; }
  bool rowwise() const { return direction == FP8ORACLE_ROWWISE; }
};

/// Rows (rowwise) or columns (columnwise) of the tile at (row, col), one block each.
Tile scale_lines(const Direction& d, const Tile& x, std::int64_t row, std::int64_t col) {
  Tile scaled(x.rows(), x.cols());
  for (Eigen::Index i = 0; i < (d.rowwise() ? x.rows() : x.cols()); ++i) {
    if (d.rowwise()) {
      const std::uint8_t scale_inv = block_scale_inv(x.row(i), d.e8m0, d.knobs());
      d.scale_inv[d.layout.index(row + i, col)] = scale_inv;
      scale_block(x.row(i), scale_inv, scaled.row(i));
    } else {
      const std::uint8_t scale_inv = block_scale_inv(x.col(i), d.e8m0, d.knobs());
      d.scale_inv[d.layout.index(row, col + i)] = scale_inv;
      scale_block(x.col(i), scale_inv, scaled.col(i));
    }
  }
  return scaled;
}

/// The whole tile is one block; its scale is stored once for each of its lines.
Tile scale_tile(const Direction& d, const Tile& x, std::int64_t row, std::int64_t col) {
  const std::uint8_t scale_inv = block_scale_inv(x, d.e8m0, d.knobs());
  for (Eigen::Index i = 0; i < (d.rowwise() ? x.rows() : x.cols()); ++i) {
    d.scale_inv[d.rowwise() ? d.layout.index(row + i, col) : d.layout.index(row, col + i)] =
        scale_inv;
  }
  Tile scaled(x.rows(), x.cols());
  scale_block(x, scale_inv, scaled);
  return scaled;
}

void quantize_direction(const fp8oracle_quantize_args& args, fp8oracle_direction direction,
                        const fp8oracle_pair& pair) {
  const Format format = format_from_abi(args.scheme.format);
  const std::int64_t rows = args.input.rows, cols = args.input.cols;
  const Direction d{args,
                    direction,
                    format,
                    element_rules(format, args.scheme.knobs),
                    e8m0_rules(format, args.scheme.knobs),
                    ScaleInvLayout(args.scheme, direction, rows, cols),
                    static_cast<std::uint8_t*>(pair.scale_inv.data),
                    {static_cast<std::uint8_t*>(pair.codes.data),
                     codes_shape(args.scheme, direction, rows, cols)}};
  const bool square = args.scheme.granularity == FP8ORACLE_GRANULARITY_MX32X32;

  std::fill_n(d.scale_inv, pair.scale_inv.bytes, std::uint8_t{0});
  for_each_tile(rows, cols, [&](std::int64_t row, std::int64_t col) {
    const Tile x = load_tile(args.input, row, col);
    const Tile scaled = square ? scale_tile(d, x, row, col) : scale_lines(d, x, row, col);
    store_codes(encode_tile(format, d.element, scaled), d.codes, row, col);
  });
}

}  // namespace

void quantize_mx(const fp8oracle_quantize_args& args) {
  if (args.scheme.directions & FP8ORACLE_ROWWISE) {
    quantize_direction(args, FP8ORACLE_ROWWISE, args.rowwise);
  }
  if (args.scheme.directions & FP8ORACLE_COLUMNWISE) {
    quantize_direction(args, FP8ORACLE_COLUMNWISE, args.columnwise);
  }
}

}  // namespace fp8oracle::reference
