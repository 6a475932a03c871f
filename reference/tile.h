// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>

#include "fp8oracle/backend.h"
#include "fp8oracle/layout.h"
#include "reference/codec.h"

namespace fp8oracle::reference {

// Matrices are walked in tiles of up to 32 x 32: a row of a tile is a 1x32 block, a column a 32x1
// block, the tile itself a 32x32 block. Tiles at the edges have the elements that exist.

inline constexpr int kTile = static_cast<int>(kMxBlock);

template <typename T>
using TileOf = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor, kTile, kTile>;
using Tile = TileOf<float>;  ///< dense: data() holds size() elements without gaps
using CodeTile = TileOf<std::uint8_t>;

/// Calls visit(row, col) for the upper left corner of every tile of a [rows, cols] matrix.
template <typename Visit>
void for_each_tile(std::int64_t rows, std::int64_t cols, Visit&& visit) {
  for (std::int64_t row = 0; row < rows; row += kTile) {
    for (std::int64_t col = 0; col < cols; col += kTile) visit(row, col);
  }
}

/// The codes of one direction as they are stored: dense, possibly transposed.
struct CodesView {
  std::uint8_t* codes;
  CodesShape shape;
};

/// The tile at (row, col), widened to FP32. The elements of the matrix may be unaligned.
Tile load_tile(const fp8oracle_matrix& matrix, std::int64_t row, std::int64_t col);

/// Writes a tile of a dense matrix, rounded to the matrix's type.
void store_tile(const Tile& tile, const fp8oracle_matrix& matrix, std::int64_t row,
                std::int64_t col);

/// The code of every element.
CodeTile encode_tile(const Format& format, const ElementRules& rules, const Tile& scaled);

/// Writes codes to, or reads them from, where those of the tile at (row, col) are stored.
void store_codes(const CodeTile& tile, const CodesView& to, std::int64_t row, std::int64_t col);
CodeTile load_codes(const CodesView& from, std::int64_t row, std::int64_t col);

}  // namespace fp8oracle::reference
