// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "cast_arguments.h"
#include "device/transpose_tile.cuh"

namespace fp8oracle::cuda {

/// How the tiles of a matrix are numbered: bands of 2^band_log2 tile rows, within a band down and
/// then across. Blocks that run together then write transposed codes side by side.
struct TileGrid {
  std::int64_t tile_rows = 0;
  std::int64_t tile_cols = 0;
  int band_log2 = 1;

  __host__ __device__ std::int64_t count() const { return tile_rows * tile_cols; }
};

template <class Shape>
TileGrid tile_grid(const TensorCast& cast) {
  if (cast.rows == 0 || cast.cols == 0) return {};
  return {ceil_div(cast.rows, Shape::kRows), ceil_div(cast.cols, Shape::kCols)};
}

/// Tile `index` of a numbering without gaps. A division of 64 bits takes longer than a small tile.
template <class Shape>
__device__ __forceinline__ TilePlace tile_at(const TensorCast& cast, const TileGrid& grid,
                                             std::int64_t index) {
  const std::int64_t band_tiles = grid.tile_cols << grid.band_log2;
  const bool narrow = grid.count() <= 0xFFFFFFFF;
  const std::int64_t band =
      narrow ? static_cast<std::uint32_t>(index) / static_cast<std::uint32_t>(band_tiles)
             : index / band_tiles;
  const std::int64_t inside = index - band * band_tiles;
  const std::int64_t first_row = band << grid.band_log2;
  const std::int64_t whole = std::int64_t{1} << grid.band_log2;
  const std::int64_t height = min(whole, grid.tile_rows - first_row);
  std::int64_t col = inside >> grid.band_log2;
  if (height != whole) {
    col = narrow ? static_cast<std::uint32_t>(inside) / static_cast<std::uint32_t>(height)
                 : inside / height;
  }
  return place_tile<Shape>(cast, first_row + inside - col * height, col);
}

/// One block a tile: x runs down and across a band, y over the bands. Blocks of the last band that
/// have no row are idle.
inline dim3 blocks_of(const TileGrid& grid) {
  constexpr std::int64_t kMostY = 65535;
  const std::int64_t bands = ((grid.tile_rows - 1) >> grid.band_log2) + 1;
  const std::int64_t x = grid.tile_cols << grid.band_log2;
  return dim3(static_cast<unsigned>(std::clamp<std::int64_t>(x, 1, 0x7FFFFFFF)),
              static_cast<unsigned>(std::clamp<std::int64_t>(bands, 1, kMostY)));
}

template <class T>
TileAlignment tile_alignment(const TensorCast& cast) {
  TileAlignment alignment;
  alignment.input = is_aligned(cast.input, 16) && cast.row_stride % Element<T>::kUnit == 0;
  alignment.rowwise = is_aligned(cast.rowwise, 8) && cast.cols % 8 == 0;
  alignment.columnwise = is_aligned(cast.columnwise, 16) && cast.rows % 16 == 0;
  return alignment;
}

// Measured on an H100 (BF16 to E4M3, both directions): 8192 x 8192 in 93.8 us, 94.4 with 64 x 128;
// 1024 x 1024 in 2.0 us with 64 x 128, 2.3 with 64 x 256; 128 x 512 in 1.55 us with 32 x 32.
using LargeTile = TileShape<4, 16, 32>;   // 64 x 256, 512 threads
using MediumTile = TileShape<4, 16, 16>;  // 64 x 128, 256 threads
using SmallTile = TileShape<4, 8, 4>;     // 32 x 32, one warp
constexpr std::int64_t kFewMediumTiles = 64;
constexpr std::int64_t kManyMediumTiles = 1024;

}  // namespace fp8oracle::cuda
