// SPDX-License-Identifier: Apache-2.0
// The tile's rows: blocks of 32 along them. Four lanes share a block: amax by two shuffles.
#pragma once

#include "device/e8m0.cuh"
#include "mx_tile.cuh"

namespace fp8oracle::cuda {

/// Stores the scales of row blocks; each four lanes have the codes of their kLoads rows.
template <bool kFull, MxFault kFault, class Tile>
__device__ __forceinline__ void store_row_scales(const MxCast& cast, const Tile& tile,
                                                 const std::int32_t (&codes)[Tile::kLoads]) {
  const int mine = tile.lane % 4;
  if (mine >= Tile::kLoads) return;
  std::int32_t code = codes[0];
#pragma unroll
  for (int u = 1; u < Tile::kLoads; ++u) code = mine == u ? codes[u] : code;
  const std::int64_t row = tile.row(mine);
  const std::int64_t block = tile.col() / 32;
  if (!kFull && (row >= cast.rows || block >= cast.rowwise.layout.blocks)) return;
  if (kFault == MxFault::kTailScaleUnwritten && (block + 1) * 32 > cast.cols) return;
  cast.rowwise.scale_inv[cast.rowwise.layout.index(row, block)] = static_cast<std::uint8_t>(code);
}

template <class T, class Format, bool kFull, MxFault kFault, class Tile>
__device__ __forceinline__ void quantize_rows(const MxCast& cast, const Tile& tile) {
  const std::uint32_t floor = Word<T>::floor_of(cast.e8m0.nan_floor);
  std::int32_t scale_inv[Tile::kLoads];
#pragma unroll
  for (int u = 0; u < Tile::kLoads; ++u) {
    constexpr int kEnd = kFault == MxFault::kFewerLanes ? 2 : 4;
    const std::uint32_t amax = max_over_lanes<T>(tile.x[u].magnitudes(floor).max_word(), 1, kEnd);
    scale_inv[u] = e8m0_code(cast.e8m0, Word<T>::fold(amax));
    float values[kEight];
    tile.x[u].widen(values);
    const float scale = widen_bf16(e8m0_reciprocal_bf16<kFault>(scale_inv[u]));
    tile.template store<kFull>(cast, cast.rowwise.codes, u, encode_eight<Format>(values, scale));
  }
  store_row_scales<kFull, kFault>(cast, tile, scale_inv);
}

}  // namespace fp8oracle::cuda
