// SPDX-License-Identifier: Apache-2.0
// What a thread holds of a tile of 32 rows, and the tile's shared memory.
#pragma once

#include "device/eight.cuh"
#include "device/mx_fault.cuh"
#include "device/turn.cuh"
#include "mx_cast.h"

namespace fp8oracle::cuda {

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

}  // namespace fp8oracle::cuda
