// SPDX-License-Identifier: Apache-2.0
// Turning a tile of codes: four rows of eight codes in each thread, columns of 32 codes in shared
// memory. Column c of the tile stands in place c % 8 * kAcross + c / 8 of a pitch of nine words, so
// that the lanes of a warp hit different banks.
#pragma once

#include <cstdint>

namespace fp8oracle::cuda {

inline constexpr int kTurnedPitch = 32 + 4;

template <int kAcross>
__device__ __forceinline__ int column_of_place(int place) {
  return place % kAcross * 8 + place / kAcross;
}

/// The 4 x 4 bytes of four words, turned.
__device__ __forceinline__ void turn_bytes(std::uint32_t (&w)[4]) {
  const std::uint32_t a = __byte_perm(w[0], w[1], 0x5140), b = __byte_perm(w[2], w[3], 0x5140);
  const std::uint32_t c = __byte_perm(w[0], w[1], 0x7362), d = __byte_perm(w[2], w[3], 0x7362);
  w[0] = __byte_perm(a, b, 0x5410);
  w[1] = __byte_perm(a, b, 0x7632);
  w[2] = __byte_perm(c, d, 0x5410);
  w[3] = __byte_perm(c, d, 0x7632);
}

/// Rows 4 * warp ... + 3, columns 8 * lane ... + 7 of the tile.
template <int kAcross>
__device__ __forceinline__ void write_turned(std::uint8_t* turned, int warp, int lane,
                                             const uint2 (&codes)[4]) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    std::uint32_t words[4];
#pragma unroll
    for (int u = 0; u < 4; ++u) words[u] = half == 0 ? codes[u].x : codes[u].y;
    turn_bytes(words);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const int place = (half * 4 + k) * kAcross + lane;
      *reinterpret_cast<std::uint32_t*>(turned + place * kTurnedPitch + warp * 4) = words[k];
    }
  }
}

template <int kAcross>
__device__ __forceinline__ void read_turned(const std::uint8_t* turned, int warp, int lane,
                                            uint2 (&codes)[4]) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    std::uint32_t words[4];
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const int place = (half * 4 + k) * kAcross + lane;
      words[k] = *reinterpret_cast<const std::uint32_t*>(turned + place * kTurnedPitch + warp * 4);
    }
    turn_bytes(words);
#pragma unroll
    for (int u = 0; u < 4; ++u) (half == 0 ? codes[u].x : codes[u].y) = words[u];
  }
}

}  // namespace fp8oracle::cuda
