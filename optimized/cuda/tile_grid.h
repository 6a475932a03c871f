// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "cast_arguments.h"
#include "device/transpose_tile.cuh"

namespace fp8oracle::cuda {

/// How the tiles of a matrix are numbered: bands of kBand tile rows, within a band down and then
/// across. Blocks that run together then write transposed codes side by side.
struct TileGrid {
  static constexpr std::int64_t kBand = 4;
  std::int64_t tile_rows = 0;
  std::int64_t tile_cols = 0;

  __host__ __device__ std::int64_t count() const { return tile_rows * tile_cols; }
};

template <class Shape>
TileGrid tile_grid(const TensorCast& cast) {
  if (cast.rows == 0 || cast.cols == 0) return {};
  return {ceil_div(cast.rows, Shape::kRows), ceil_div(cast.cols, Shape::kCols)};
}

template <class Shape>
__device__ __forceinline__ TilePlace tile_at(const TensorCast& cast, const TileGrid& grid,
                                             std::int64_t index) {
  const std::int64_t band_tiles = TileGrid::kBand * grid.tile_cols;
  const std::int64_t band = index / band_tiles;
  const std::int64_t inside = index - band * band_tiles;
  const std::int64_t first_row = band * TileGrid::kBand;
  const std::int64_t height = min(TileGrid::kBand, grid.tile_rows - first_row);
  const std::int64_t col = inside / height;
  return place_tile<Shape>(cast, first_row + inside - col * height, col);
}

template <class T>
TileAlignment tile_alignment(const TensorCast& cast) {
  TileAlignment alignment;
  alignment.input = is_aligned(cast.input, 16) && cast.row_stride % Element<T>::kUnit == 0;
  alignment.rowwise = is_aligned(cast.rowwise, 8) && cast.cols % 8 == 0;
  alignment.columnwise = is_aligned(cast.columnwise, 16) && cast.rows % 16 == 0;
  return alignment;
}

using LargeTile = TileShape<8, 16, 16>;  // 128 x 128
using SmallTile = TileShape<4, 8, 8>;    // 32 x 64

/// Blocks of a launch: every tile its own, and one for the scalars of an empty tensor.
inline unsigned block_count(std::int64_t tiles) {
  return static_cast<unsigned>(std::clamp<std::int64_t>(tiles, 1, 0x7FFFFFFF));
}

}  // namespace fp8oracle::cuda
