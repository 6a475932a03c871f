// SPDX-License-Identifier: Apache-2.0
// A tile of input in registers, and from it codes in both orders.
//
// Thread (g, u) holds kRowsPerThread rows from row g * kRowsPerThread on, 8 columns from column 8u
// on. Its bytes of one column (a slot) go to shared memory side by side with those of the other
// g's; XOR-ing the slot's place with u keeps a warp's stores and loads on different banks.
#pragma once

#include <cstdint>

#include "tensor_cast.cuh"

namespace fp8oracle::cuda {

template <int kRowsPerThreadOf, int kRowGroupsOf, int kColGroupsOf>
struct TileShape {
  static constexpr int kRowsPerThread = kRowsPerThreadOf;  // 4 or 8
  static constexpr int kRowGroups = kRowGroupsOf;
  static constexpr int kColGroups = kColGroupsOf;
  static constexpr int kThreads = kRowGroups * kColGroups;
  static constexpr int kRows = kRowsPerThread * kRowGroups;
  static constexpr int kCols = 8 * kColGroups;
  static constexpr int kBytes = kRows * kCols;
  static constexpr int kSlotsPerChunk = 16 / kRowsPerThread;  // a chunk is a 16-byte store
  static constexpr int kWords = kRowsPerThread / 4;           // of a slot
  static_assert(kRowsPerThread == 4 || kRowsPerThread == 8);
  static_assert((kRowGroups & (kRowGroups - 1)) == 0 && kRowGroups >= kSlotsPerChunk);
};

/// 16-byte loads of input, 8-byte stores of rowwise and 16-byte stores of columnwise codes are
/// possible wherever a tile is full.
struct TileAlignment {
  bool input = false;
  bool rowwise = false;
  bool columnwise = false;
};

/// Where a tile begins, and whether all of it is inside the matrix.
struct TilePlace {
  std::int64_t row;
  std::int64_t col;
  bool full;
};

template <class Shape>
__device__ __forceinline__ TilePlace place_tile(const TensorCast& cast, std::int64_t tile_row,
                                                std::int64_t tile_col) {
  const std::int64_t row = tile_row * Shape::kRows;
  const std::int64_t col = tile_col * Shape::kCols;
  return {row, col, row + Shape::kRows <= cast.rows && col + Shape::kCols <= cast.cols};
}

/// One thread's part of a tile. T's bits as they came; outside the matrix zeros, which change no
/// maximum.
template <class T, class Shape>
struct TileInput {
  static constexpr int kUnitsOfRow = 8 / Element<T>::kUnit;
  static constexpr int kUnits = Shape::kRowsPerThread * kUnitsOfRow;
  Unit units[kUnits];

  __device__ __forceinline__ void load(const TensorCast& cast, const TilePlace& place,
                                       const TileAlignment& alignment) {
    const std::int64_t row = place.row + threadIdx.x / Shape::kColGroups * Shape::kRowsPerThread;
    const std::int64_t col = place.col + threadIdx.x % Shape::kColGroups * 8;
    const T* const from = static_cast<const T*>(cast.input) + row * cast.row_stride + col;
    if (place.full && alignment.input) {
#pragma unroll
      for (int i = 0; i < kUnits; ++i) {
        units[i] = load_unit(from + i / kUnitsOfRow * cast.row_stride +
                             i % kUnitsOfRow * Element<T>::kUnit);
      }
    } else {
      load_elements(from, cast.rows - row, cast.cols - col, cast.row_stride);
    }
  }

  __device__ __forceinline__ void add_to(Amax<T>& amax) const {
#pragma unroll
    for (int i = 0; i < kUnits; ++i) amax.add(units[i]);
  }

 private:
  __device__ __forceinline__ void load_elements(const T* from, std::int64_t rows, std::int64_t cols,
                                                std::int64_t stride) {
    constexpr int kPerWord = 4 / static_cast<int>(sizeof(T));
#pragma unroll
    for (int i = 0; i < kUnits * 4; ++i) {
      std::uint32_t word = 0;
#pragma unroll
      for (int part = 0; part < kPerWord; ++part) {
        const int element = i * kPerWord + part;
        const int r = element / 8;
        const int c = element % 8;
        if (r >= rows || c >= cols) continue;
        if constexpr (sizeof(T) == 4) {
          word = __float_as_uint(from[r * stride + c]);
        } else {
          word |= std::uint32_t{reinterpret_cast<const std::uint16_t*>(from)[r * stride + c]}
                  << (16 * part);
        }
      }
      units[i / 4].words[i % 4] = word;
    }
  }
};

/// One thread's codes: words[r] are row r's 8 codes.
template <class Shape>
struct TileCodes {
  std::uint32_t words[Shape::kRowsPerThread][2];

  template <class T, class Format>
  __device__ __forceinline__ void encode(const TileInput<T, Shape>& input, float scale) {
#pragma unroll
    for (int r = 0; r < Shape::kRowsPerThread; ++r) {
      if constexpr (sizeof(T) == 2) {
        encode_unit<T, Format>(input.units[r], scale, words[r]);
      } else {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          std::uint32_t codes[1];
          encode_unit<T, Format>(input.units[2 * r + half], scale, codes);
          words[r][half] = codes[0];
        }
      }
    }
  }

  template <CodeStores kStores>
  __device__ __forceinline__ void store_rowwise(const TensorCast& cast, const TilePlace& place,
                                                const TileAlignment& alignment) const {
    if (cast.rowwise == nullptr) return;
    const std::int64_t row = place.row + threadIdx.x / Shape::kColGroups * Shape::kRowsPerThread;
    const std::int64_t col = place.col + threadIdx.x % Shape::kColGroups * 8;
    std::uint8_t* const to = cast.rowwise + row * cast.cols + col;
    if (place.full && alignment.rowwise) {
#pragma unroll
      for (int r = 0; r < Shape::kRowsPerThread; ++r)
        store_codes<kStores>(to + r * cast.cols, words[r]);
      return;
    }
#pragma unroll
    for (int r = 0; r < Shape::kRowsPerThread; ++r) {
#pragma unroll
      for (int c = 0; c < 8; ++c) {
        if (row + r >= cast.rows || col + c >= cast.cols) continue;
        to[r * cast.cols + c] = static_cast<std::uint8_t>(words[r][c / 4] >> (8 * (c % 4)));
      }
    }
  }

  /// This thread's slots into shared memory. A barrier belongs before store_columnwise().
  __device__ __forceinline__ void put_slots(std::uint8_t* shared) const {
    const unsigned g = threadIdx.x / Shape::kColGroups;
    const unsigned u = threadIdx.x % Shape::kColGroups;
    const unsigned place = (g ^ u) % Shape::kRowGroups * Shape::kRowsPerThread;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      std::uint32_t columns[4][Shape::kWords];
#pragma unroll
      for (int w = 0; w < Shape::kWords; ++w) transpose4(half, w, columns);
#pragma unroll
      for (int c = 0; c < 4; ++c) {
        std::uint8_t* const to = shared + (u * 8 + half * 4 + c) * Shape::kRows + place;
        if constexpr (Shape::kWords == 2) {
          *reinterpret_cast<uint2*>(to) = make_uint2(columns[c][0], columns[c][1]);
        } else {
          *reinterpret_cast<std::uint32_t*>(to) = columns[c][0];
        }
      }
    }
  }

 private:
  /// Rows 4w to 4w+3 of 4 columns: a 4x4 transpose of bytes, 8 prmt.
  __device__ __forceinline__ void transpose4(int half, int w,
                                             std::uint32_t (&columns)[4][Shape::kWords]) const {
    const std::uint32_t a = words[4 * w][half];
    const std::uint32_t b = words[4 * w + 1][half];
    const std::uint32_t c = words[4 * w + 2][half];
    const std::uint32_t d = words[4 * w + 3][half];
    const std::uint32_t ab_low = __byte_perm(a, b, 0x5140);   // a0 b0 a1 b1
    const std::uint32_t ab_high = __byte_perm(a, b, 0x7362);  // a2 b2 a3 b3
    const std::uint32_t cd_low = __byte_perm(c, d, 0x5140);
    const std::uint32_t cd_high = __byte_perm(c, d, 0x7362);
    columns[0][w] = __byte_perm(ab_low, cd_low, 0x5410);
    columns[1][w] = __byte_perm(ab_low, cd_low, 0x7632);
    columns[2][w] = __byte_perm(ab_high, cd_high, 0x5410);
    columns[3][w] = __byte_perm(ab_high, cd_high, 0x7632);
  }
};

/// 16 codes of column `col`, rows 16 * chunk on, in their order.
template <class Shape, Fault kFault>
__device__ __forceinline__ uint4 take_chunk(const std::uint8_t* shared, unsigned col,
                                            unsigned chunk) {
  const unsigned swizzle = kFault == Fault::kSwizzleForgotten ? 0 : col / 8 % Shape::kRowGroups;
  const unsigned place = chunk ^ (swizzle / Shape::kSlotsPerChunk);
  const unsigned inside = swizzle % Shape::kSlotsPerChunk;
  uint4 v = *reinterpret_cast<const uint4*>(shared + col * Shape::kRows + place * 16);
  if (inside & (Shape::kSlotsPerChunk / 2)) v = make_uint4(v.z, v.w, v.x, v.y);
  if (Shape::kSlotsPerChunk == 4 && (inside & 1)) v = make_uint4(v.y, v.x, v.w, v.z);
  return v;
}

/// The block's columns from shared memory to the transposed codes.
template <class Shape, CodeStores kStores, Fault kFault>
__device__ __forceinline__ void store_columnwise(const TensorCast& cast, const TilePlace& place,
                                                 const TileAlignment& alignment,
                                                 const std::uint8_t* shared) {
  constexpr unsigned kChunks = Shape::kRows / 16;
  constexpr unsigned kPerThread = Shape::kBytes / 16 / Shape::kThreads;
#pragma unroll
  for (unsigned i = 0; i < kPerThread; ++i) {
    const unsigned index = i * Shape::kThreads + threadIdx.x;
    const unsigned col = index / kChunks;
    const unsigned chunk = index % kChunks;
    const uint4 codes = take_chunk<Shape, kFault>(shared, col, chunk);
    const std::int64_t row = place.row + chunk * 16;
    std::uint8_t* const to = cast.columnwise + (place.col + col) * cast.rows + row;
    if (place.full && alignment.columnwise) {
      store_word<kStores>(to, codes);
      continue;
    }
    if (place.col + col >= cast.cols) continue;
    const std::uint32_t words[4] = {codes.x, codes.y, codes.z, codes.w};
#pragma unroll
    for (int r = 0; r < 16; ++r) {
      if (row + r < cast.rows) to[r] = static_cast<std::uint8_t>(words[r / 4] >> (8 * (r % 4)));
    }
  }
}

}  // namespace fp8oracle::cuda
