// SPDX-License-Identifier: Apache-2.0
// The tile's columns, each one block: amax of the rows of a warp, then of the warps through shared
// memory; codes as the input lies or transposed.
#pragma once

#include "device/e8m0.cuh"
#include "mx_tile.cuh"

namespace fp8oracle::cuda {

/// The partial amaxes of the thread's columns over its warp's rows, to shared memory.
template <class T, MxFault kFault, class Tile>
__device__ __forceinline__ void share_column_amax(const MxCast& cast, const Tile& tile,
                                                  typename Tile::Memory& memory) {
  const std::uint32_t floor = Word<T>::floor_of(cast.e8m0.nan_floor);
  Eight<T> amax = tile.x[0].magnitudes(floor);
#pragma unroll
  for (int u = 1; u < Tile::kLoads; ++u) {
    if (kFault != MxFault::kAmaxOfFirstLoad) amax = amax.max_with(tile.x[u].magnitudes(floor));
  }
#pragma unroll
  for (int i = 0; i < Eight<T>::kWords; ++i) {
    amax.words[i] = max_over_lanes<T>(amax.words[i], Tile::kLanesAcross, 32);
  }
  if (tile.lane >= Tile::kLanesAcross) return;
  const int warp = kFault == MxFault::kWarpsShareAmax ? tile.warp / 2 : tile.warp;
  auto* to = reinterpret_cast<uint4*>(&memory.partial[warp][tile.lane * Eight<T>::kWords]);
#pragma unroll
  for (int i = 0; i < Eight<T>::kWords / 4; ++i) {
    to[i] = make_uint4(amax.words[4 * i], amax.words[4 * i + 1], amax.words[4 * i + 2],
                       amax.words[4 * i + 3]);
  }
}

/// One thread a column: amax of the warps, scale code, reciprocal.
template <class T, bool kFull, MxFault kFault, class Tile>
__device__ __forceinline__ void scale_columns(const MxCast& cast, const Tile& tile,
                                              typename Tile::Memory& memory) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint16_t>;
  const int column = static_cast<int>(threadIdx.x);
  if (column >= Tile::kCols) return;
  std::uint32_t amax = 0;
#pragma unroll
  for (int w = 0; w < Tile::Shape::kWarps; ++w) {
    amax = Word<T>::max(amax, reinterpret_cast<const Bits*>(memory.partial[w])[column]);
  }
  const std::int32_t scale_inv = e8m0_code(cast.e8m0, Word<T>::fold(amax));
  memory.reciprocal[column] = static_cast<std::uint16_t>(e8m0_reciprocal_bf16<kFault>(scale_inv));
  const std::int64_t line = tile.tile_col + column;
  if (!kFull && line >= cast.cols) return;
  ScaleLayout layout = cast.columnwise.layout;
  if (kFault == MxFault::kPlainIndex) layout.swizzled = false;
  cast.columnwise.scale_inv[layout.index(line, tile.tile_row / 32)] =
      static_cast<std::uint8_t>(scale_inv);
}

/// The thread's codes to where the columns of the tile lie as rows.
template <MxFault kFault, class Tile>
__device__ __forceinline__ void share_turned(const Tile& tile, const uint2 (&codes)[Tile::kLoads],
                                             typename Tile::Memory& memory) {
  constexpr bool kNeighbours = Tile::Shape::kRowsAtOnce == 1;  // the thread's rows lie together
  if constexpr (Tile::kLoads == 4 && kNeighbours) {
    constexpr bool kSwap = kFault == MxFault::kTurnedRows;
    const uint2 rows[4] = {codes[0], codes[kSwap ? 2 : 1], codes[kSwap ? 1 : 2], codes[3]};
    write_turned<Tile::kLanesAcross>(memory.turned, tile.warp, tile.lane, rows);
  } else {
#pragma unroll
    for (int k = 0; k < kEight; ++k) {
      const int place = k * Tile::kLanesAcross + tile.lane % Tile::kLanesAcross;
      std::uint8_t* const to = memory.turned + place * kTurnedPitch;
      if constexpr (Tile::kLoads == 2 && kNeighbours) {
        *reinterpret_cast<std::uint16_t*>(to + tile.row_in_tile(0)) =
            static_cast<std::uint16_t>(byte_of(codes[0], k) | byte_of(codes[1], k) << 8);
      } else {
#pragma unroll
        for (int u = 0; u < Tile::kLoads; ++u) to[tile.row_in_tile(u)] = byte_of(codes[u], k);
      }
    }
  }
}

/// Two lanes a column, 16 rows each: they write 32 neighbouring bytes.
template <bool kFull, class Tile>
__device__ __forceinline__ void store_turned(const MxCast& cast, const Tile& tile,
                                             const typename Tile::Memory& memory) {
  for (int i = static_cast<int>(threadIdx.x); i < 2 * Tile::kCols; i += Tile::Shape::kThreads) {
    const int place = i / 2, row = i % 2 * 16;
    const std::int64_t col = tile.tile_col + column_of_place<Tile::kLanesAcross>(place);
    const std::uint8_t* const from = memory.turned + place * kTurnedPitch + row;
    std::uint8_t* const to = cast.columnwise.codes + col * cast.rows + tile.tile_row + row;
    if constexpr (kFull) {
      const auto* words = reinterpret_cast<const std::uint32_t*>(from);
      *reinterpret_cast<uint4*>(to) = make_uint4(words[0], words[1], words[2], words[3]);
    } else if (col < cast.cols) {
      const std::int64_t left = cast.rows - (tile.tile_row + row);
      for (int r = 0; r < 16 && r < left; ++r) to[r] = from[r];
    }
  }
}

/// Codes of the columns' direction, as the input lies or transposed.
template <bool kFull, MxFault kFault, class Tile>
__device__ __forceinline__ void store_column_codes(const MxCast& cast, const Tile& tile,
                                                   const uint2 (&codes)[Tile::kLoads],
                                                   typename Tile::Memory& memory) {
  if (!cast.columnwise.transposed) {
#pragma unroll
    for (int u = 0; u < Tile::kLoads; ++u) {
      tile.template store<kFull>(cast, cast.columnwise.codes, u, codes[u]);
    }
    return;
  }
  share_turned<kFault>(tile, codes, memory);
  __syncthreads();
  store_turned<kFull>(cast, tile, memory);
}

template <class T, class Format, bool kFull, MxFault kFault, class Tile>
__device__ __forceinline__ void quantize_columns(const MxCast& cast, const Tile& tile,
                                                 typename Tile::Memory& memory) {
  if (kFault != MxFault::kMissingBarrier) __syncthreads();
  scale_columns<T, kFull, kFault>(cast, tile, memory);
  __syncthreads();
  const uint4 packed = *reinterpret_cast<const uint4*>(&memory.reciprocal[tile.col_in_tile()]);
  float scale[kEight];
  Word<__nv_bfloat16>::widen(packed.x, scale);
  Word<__nv_bfloat16>::widen(packed.y, scale + 2);
  Word<__nv_bfloat16>::widen(packed.z, scale + 4);
  Word<__nv_bfloat16>::widen(packed.w, scale + 6);
  uint2 codes[Tile::kLoads];
#pragma unroll
  for (int u = 0; u < Tile::kLoads; ++u) {
    float values[kEight];
    tile.x[u].widen(values);
    codes[u] = encode_eight<Format>(values, scale);
  }
  store_column_codes<kFull, kFault>(cast, tile, codes, memory);
}

}  // namespace fp8oracle::cuda
