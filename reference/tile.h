// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>

#include "fp8oracle/backend.h"
#include "fp8oracle/layout.h"
#include "reference/codec.h"

namespace fp8oracle::reference {

// A tile is a rectangle of a matrix, widened to FP32 or as codes, in the orientation of the input.

template <typename T>
using TileOf = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Tile = TileOf<float>;  ///< dense: data() holds size() elements without gaps
using CodeTile = TileOf<std::uint8_t>;

/// Calls visit(Window) for every tile of a [rows, cols] matrix, 32 x 32 or what the edge leaves of
/// it: for what treats every element alike.
template <typename Visit>
void for_each_tile(std::int64_t rows, std::int64_t cols, Visit&& visit) {
  constexpr std::int64_t kTile = 32;
  for (std::int64_t row = 0; row < rows; row += kTile) {
    for (std::int64_t col = 0; col < cols; col += kTile)
      visit(Window{row, col, std::min(kTile, rows - row), std::min(kTile, cols - col)});
  }
}

/// The codes of one direction as they are stored: dense, possibly transposed.
struct CodesView {
  std::uint8_t* codes;
  CodesShape shape;
};

/// The elements of the window, widened to FP32. The elements of the matrix may be unaligned.
Tile load_tile(const fp8oracle_matrix& matrix, const Window& window);

/// Writes a window of a dense matrix, rounded to the matrix's type.
void store_tile(const Tile& tile, const fp8oracle_matrix& matrix, const Window& window);

/// The code of every element.
CodeTile encode_tile(const Format& format, const ElementRules& rules, const Tile& scaled);

/// Writes codes to, or reads them from, where those of the window are stored.
void store_codes(const CodeTile& tile, const CodesView& to, const Window& window);
CodeTile load_codes(const CodesView& from, const Window& window);

}  // namespace fp8oracle::reference
