// SPDX-License-Identifier: Apache-2.0
// MX quantization in tiles of 32 rows: blocks along the columns, along rows and columns from one
// read, 32 x 32 squares; any shape and alignment, codes of the columns as the input or transposed.
//
//   tile   32 rows x 8 * kAcross columns; a warp has 32 / kWarps rows of it, a thread eight
//          neighbours of a row in each of kLoads rows. The input is read once and stays in
//          registers
//   rows   four lanes share a block: amax by two shuffles
//   cols   amax of four rows in the warp, of the eight warps through shared memory
//   smem   partial amaxes (8 x columns), reciprocals (2 B a column), codes to be turned (36 B)
//   bytes  an element read; 1 + 1/32 written for each direction
//   equal  bit for bit to quantize_mx of the reference [K16, K17, K20, K21, K30]
#pragma once

#include "device/begin_kernel.cuh"
#include "device/e8m0.cuh"
#include "device/eight.cuh"
#include "device/mx_fault.cuh"
#include "device/noop.cuh"
#include "device/turn.cuh"
#include "mx_cast.h"

namespace fp8oracle::cuda {

enum class MxBlocks { kRows, kColumns, kRowsAndColumns, kSquares };

inline constexpr int kTileRows = 32;  // one block down

/// kAcross lanes side by side on a row, kWarps warps down, kResident blocks of threads on a
/// multiprocessor at the least: without it the compiler keeps the widened input for the second
/// direction and halves the occupancy.
template <int kLanesAcross, int kWarpsDown, int kResidentBlocks>
struct MxTileShape {
  static constexpr int kAcross = kLanesAcross;
  static constexpr int kWarps = kWarpsDown;
  static constexpr int kThreads = kWarps * 32;
  static constexpr int kResident = kResidentBlocks;
  static constexpr int kCols = kAcross * kEight;
  static constexpr int kRowsPerWarp = kTileRows / kWarps;
  static constexpr int kRowsAtOnce = 32 / kAcross;  // that a warp loads at once
  static constexpr int kLoads = kRowsPerWarp / kRowsAtOnce;
  static_assert(kLoads >= 1);
};

/// What one thread holds of a tile.
template <class T, class TileShape>
struct MxTile {
  using Shape = TileShape;
  static constexpr int kLanesAcross = Shape::kAcross;
  static constexpr int kCols = Shape::kCols;
  static constexpr int kLoads = Shape::kLoads;
  static constexpr int kPartialWords = kCols / Word<T>::kElements;

  struct Memory {
    alignas(16) std::uint32_t partial[Shape::kWarps][kPartialWords];
    alignas(16) std::uint16_t reciprocal[kCols];
    alignas(16) std::uint8_t turned[kCols * kTurnedPitch];
  };

  Eight<T> x[kLoads];
  std::int64_t tile_row, tile_col;  // first of the tile
  int warp, lane;
  int count;  // of the eight columns, those that exist

  __device__ __forceinline__ int row_in_tile(int load) const {
    return warp * Shape::kRowsPerWarp + load * Shape::kRowsAtOnce + lane / kLanesAcross;
  }
  __device__ __forceinline__ std::int64_t row(int load) const {
    return tile_row + row_in_tile(load);
  }
  __device__ __forceinline__ int col_in_tile() const { return lane % kLanesAcross * kEight; }
  __device__ __forceinline__ std::int64_t col() const { return tile_col + col_in_tile(); }

  template <bool kFull, MxFault kFault>
  __device__ __forceinline__ void load(const MxCast& cast) {
    const auto* input = static_cast<const T*>(cast.input);
    const std::int64_t left = cast.cols - col();
    count =
        kFull ? kEight : static_cast<int>(max(min(left, std::int64_t{kEight}), std::int64_t{0}));
#pragma unroll
    for (int u = 0; u < kLoads; ++u) {
      const T* from = input + row(u) * cast.row_stride + col();
      if constexpr (kFull) {
        x[u] = Eight<T>::load(from);
      } else {
        const int readable = kFault == MxFault::kTailReadsBeyond ? kEight : count;
        x[u] = row(u) < cast.rows ? Eight<T>::load_some(from, readable) : Eight<T>::zero();
      }
    }
  }

  template <bool kFull>
  __device__ __forceinline__ void store(const MxCast& cast, std::uint8_t* to, int load,
                                        uint2 codes) const {
    std::uint8_t* at = to + row(load) * cast.cols + col();
    if constexpr (kFull) {
      store_eight(at, codes);
    } else if (row(load) < cast.rows) {
      store_some(at, codes, count);
    }
  }
};

// ---- Rows ---------------------------------------------------------------------------------------

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

// ---- Columns ------------------------------------------------------------------------------------

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

// ---- Squares ------------------------------------------------------------------------------------

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

// ---- The tile -----------------------------------------------------------------------------------

template <class T, class Format, MxBlocks kBlocks, bool kFull, MxFault kFault, class Tile>
__device__ __forceinline__ void quantize_tile(const MxCast& cast, Tile& tile,
                                              typename Tile::Memory& memory) {
  tile.template load<kFull, kFault>(cast);
  if constexpr (kBlocks == MxBlocks::kSquares) {
    quantize_squares<T, Format, kFull, kFault>(cast, tile, memory);
  } else if constexpr (kBlocks == MxBlocks::kRows) {
    quantize_rows<T, Format, kFull, kFault>(cast, tile);
  } else {
    share_column_amax<T, kFault>(cast, tile, memory);
    // The rows' work hides the wait for the other warps.
    if constexpr (kBlocks == MxBlocks::kRowsAndColumns) {
      quantize_rows<T, Format, kFull, kFault>(cast, tile);
    }
    quantize_columns<T, Format, kFull, kFault>(cast, tile, memory);
  }
}

/// Neighbouring blocks of the grid take neighbouring tiles of a row; of a column where the codes
/// are transposed, so that their pieces of an output row meet in the L2.
template <class Tile>
__device__ __forceinline__ void place_tile(const MxCast& cast, Tile& tile) {
  const auto across = static_cast<std::uint32_t>((cast.cols + Tile::kCols - 1) / Tile::kCols);
  const auto down = static_cast<std::uint32_t>((cast.rows + 31) / 32);
  const bool turned = cast.columnwise.codes != nullptr && cast.columnwise.transposed;
  const std::uint32_t per = turned ? down : across;
  const std::uint32_t outer = blockIdx.x / per, inner = blockIdx.x % per;
  tile.tile_row = std::int64_t{turned ? inner : outer} * kTileRows;
  tile.tile_col = std::int64_t{turned ? outer : inner} * Tile::kCols;
  tile.warp = static_cast<int>(threadIdx.x) / 32;
  tile.lane = static_cast<int>(threadIdx.x) % 32;
}

template <class T, class Format, MxBlocks kBlocks, class Shape, MxFault kFault = MxFault::kNone>
__global__ void __launch_bounds__(Shape::kThreads, Shape::kResident)
    mx_tile_kernel(const __grid_constant__ MxCast cast) {
  using Tile = MxTile<T, Shape>;
  __shared__ typename Tile::Memory memory;
  begin_kernel();
  if (kFault != MxFault::kNoopIgnored && is_noop(cast.noop)) return;
  Tile tile;
  place_tile(cast, tile);
  const bool full = cast.aligned && tile.tile_row + kTileRows <= cast.rows &&
                    tile.tile_col + Tile::kCols <= cast.cols;
  if (full) {
    quantize_tile<T, Format, kBlocks, true, kFault>(cast, tile, memory);
  } else {
    quantize_tile<T, Format, kBlocks, false, kFault>(cast, tile, memory);
  }
  if (kFault == MxFault::kPaddingUnwritten) return;
  if (cast.rowwise.codes) clear_padding(cast.rowwise.layout, cast.rowwise.scale_inv);
  if (cast.columnwise.codes) clear_padding(cast.columnwise.layout, cast.columnwise.scale_inv);
}

}  // namespace fp8oracle::cuda
