// SPDX-License-Identifier: Apache-2.0
// FP8 code -> value, and value -> the output's type.
#pragma once

#include <cuda_fp8.h>

#include <cstdint>

#include "eight.cuh"

namespace fp8oracle::cuda {

/// The values of four or eight codes: exact through FP16, which holds every E4M3 and E5M2 value.
template <class Format, int kCount>
__device__ __forceinline__ void decode(uint2 codes, float (&out)[kCount]) {
#pragma unroll
  for (int i = 0; i < kCount / 2; ++i) {
    const auto pair =
        static_cast<__nv_fp8x2_storage_t>((i < 2 ? codes.x : codes.y) >> (i % 2 * 16));
    const float2 both = __half22float2(__half2(__nv_cvt_fp8x2_to_halfraw2(pair, Format::kKind)));
    out[2 * i] = both.x;
    out[2 * i + 1] = both.y;
  }
}

/// One rounding to the output's type; two 16-bit values a word.
template <class T, int kCount>
__device__ __forceinline__ void narrow(const float (&y)[kCount], std::uint32_t* words) {
#pragma unroll
  for (int i = 0; i < kCount / Word<T>::kElements; ++i) {
    if constexpr (sizeof(T) == 4) {
      words[i] = __float_as_uint(y[i]);
    } else if constexpr (std::is_same_v<T, __half>) {
      words[i] = word_of(__floats2half2_rn(y[2 * i], y[2 * i + 1]));
    } else {
      words[i] = word_of(__floats2bfloat162_rn(y[2 * i], y[2 * i + 1]));
    }
  }
}
template <class T>
__device__ __forceinline__ Eight<T> narrow_eight(const float (&y)[kEight]) {
  Eight<T> result;
  narrow<T>(y, result.words);
  return result;
}
/// 16 bytes of output. Precondition: `to` is 16-byte aligned.
template <class T, int kCount>
__device__ __forceinline__ void store_narrowed(T* to, const float (&y)[kCount]) {
  static_assert(kCount * sizeof(T) == 16);
  std::uint32_t words[4];
  narrow<T>(y, words);
  *reinterpret_cast<uint4*>(to) = make_uint4(words[0], words[1], words[2], words[3]);
}

/// Precondition: `to` is 16-byte aligned.
template <class T>
__device__ __forceinline__ void store_eight(T* to, const Eight<T>& x) {
#pragma unroll
  for (int i = 0; i < Eight<T>::kWords / 4; ++i) {
    reinterpret_cast<uint4*>(to)[i] =
        make_uint4(x.words[4 * i], x.words[4 * i + 1], x.words[4 * i + 2], x.words[4 * i + 3]);
  }
}
/// The first `count` of them, one by one.
template <class T>
__device__ __forceinline__ void store_some(T* to, const Eight<T>& x, int count) {
#pragma unroll
  for (int i = 0; i < kEight; ++i) {
    if (i >= count) continue;
    if constexpr (sizeof(T) == 4) {
      to[i] = __uint_as_float(x.words[i]);
    } else {
      reinterpret_cast<std::uint16_t*>(to)[i] =
          static_cast<std::uint16_t>(x.words[i / 2] >> (i % 2 * 16));
    }
  }
}

/// Four or eight of them. Precondition: `from` is aligned to their size.
template <int kCount>
__device__ __forceinline__ uint2 load_codes(const std::uint8_t* from) {
  static_assert(kCount == 4 || kCount == 8);
  if constexpr (kCount == 4) return make_uint2(*reinterpret_cast<const std::uint32_t*>(from), 0);
  return *reinterpret_cast<const uint2*>(from);
}
/// The first `count` of them, the others 0.
__device__ __forceinline__ uint2 load_some_codes(const std::uint8_t* from, int count) {
  std::uint32_t words[2] = {};
#pragma unroll
  for (int i = 0; i < kEight; ++i) {
    if (i < count) words[i / 4] |= static_cast<std::uint32_t>(from[i]) << (i % 4 * 8);
  }
  return make_uint2(words[0], words[1]);
}

}  // namespace fp8oracle::cuda
