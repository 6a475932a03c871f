// SPDX-License-Identifier: Apache-2.0
// The tile's squares of 32 x 32: one scale, repeated for each row and column of it.
#pragma once

#include "mx_tile_columns.cuh"
#include "mx_tile_rows.cuh"

namespace fp8oracle::cuda {

/// Code of the 32 x 32 square in which column `column` of the tile lies.
template <class T, class Tile>
__device__ __forceinline__ std::int32_t square_scale(const MxCast& cast, int column,
                                                     const typename Tile::Memory& memory) {
  std::uint32_t amax = 0;
#pragma unroll
  for (int w = 0; w < Tile::Shape::kWarps; ++w) {
    amax = Word<T>::max(amax, memory.partial[w][column / 32]);
  }
  return e8m0_code(cast.e8m0, Word<T>::fold(amax));
}

template <bool kFull, class T, class Tile>
__device__ __forceinline__ void store_square_column_scales(const MxCast& cast, const Tile& tile,
                                                           const typename Tile::Memory& memory) {
  const int column = static_cast<int>(threadIdx.x);
  const std::int64_t line = tile.tile_col + column;
  if (column >= Tile::kCols || (!kFull && line >= cast.cols)) return;
  cast.columnwise.scale_inv[cast.columnwise.layout.index(line, tile.tile_row / 32)] =
      static_cast<std::uint8_t>(square_scale<T, Tile>(cast, column, memory));
}

template <class T, class Format, bool kFull, MxFault kFault, class Tile>
__device__ __forceinline__ void quantize_squares(const MxCast& cast, const Tile& tile,
                                                 typename Tile::Memory& memory) {
  const std::uint32_t floor = Word<T>::floor_of(cast.e8m0.nan_floor);
  std::uint32_t amax = tile.x[0].magnitudes(floor).max_word();
#pragma unroll
  for (int u = 1; u < Tile::kLoads; ++u) {
    amax = Word<T>::max(amax, tile.x[u].magnitudes(floor).max_word());
  }
  amax = max_over_lanes<T>(amax, 1, 4);
  if (tile.lane % 4 == 0) memory.partial[tile.warp][tile.lane / 4] = amax;
  if (kFault != MxFault::kMissingBarrier) __syncthreads();

  const std::int32_t code = square_scale<T, Tile>(cast, tile.col_in_tile(), memory);
  const float scale = widen_bf16(e8m0_reciprocal_bf16<kFault>(code));
  uint2 codes[Tile::kLoads];
  std::int32_t scale_inv[Tile::kLoads];
#pragma unroll
  for (int u = 0; u < Tile::kLoads; ++u) {
    float values[kEight];
    tile.x[u].widen(values);
    codes[u] = encode_eight<Format>(values, scale);
    scale_inv[u] = code;
    if (cast.rowwise.codes) tile.template store<kFull>(cast, cast.rowwise.codes, u, codes[u]);
  }
  if (cast.rowwise.codes) store_row_scales<kFull, kFault>(cast, tile, scale_inv);
  if (!cast.columnwise.codes) return;
  store_square_column_scales<kFull, T>(cast, tile, memory);
  store_column_codes<kFull, kFault>(cast, tile, codes, memory);
}

}  // namespace fp8oracle::cuda
