// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "fp8oracle/layout.h"

namespace fp8oracle::cpu {

/// Rows [row_begin, row_end) and columns [col_begin, col_end) of a matrix.
struct Rectangle {
  std::int64_t row_begin, row_end, col_begin, col_end;
  std::int64_t rows() const { return row_end - row_begin; }
  std::int64_t cols() const { return col_end - col_begin; }
};

/// A matrix cut into rectangles: the shards of a parallel call. Which thread takes which never
/// changes a bit, because no rectangle cuts a block.
struct Shards {
  std::int64_t rows, cols, tile_rows, tile_cols;

  std::int64_t down() const { return ceil_div(rows, tile_rows); }
  std::int64_t across() const { return ceil_div(cols, tile_cols); }
  std::int64_t count() const { return down() * across(); }
  Rectangle at(std::int64_t i) const {
    const std::int64_t row = i / across() * tile_rows;
    const std::int64_t col = i % across() * tile_cols;
    return {row, std::min(row + tile_rows, rows), col, std::min(col + tile_cols, cols)};
  }
};

/// For work that runs along rows: pieces of about 64 Ki elements, cut at multiples of 64 columns.
inline Shards row_shards(std::int64_t rows, std::int64_t cols) {
  constexpr std::int64_t kPiece = std::int64_t{64} * 1024;
  return {rows, cols, std::max<std::int64_t>(1, kPiece / std::max<std::int64_t>(cols, 1)), kPiece};
}

/// For work that runs along columns: bands of 64 rows (two blocks; a cache line of transposed
/// codes).
inline Shards band_shards(std::int64_t rows, std::int64_t cols) { return {rows, cols, 64, 2048}; }

/// Stores that pass the caches by pay from this many bytes of codes on.
inline constexpr std::int64_t kStreamFromBytes = std::int64_t{8} << 20;

}  // namespace fp8oracle::cpu
