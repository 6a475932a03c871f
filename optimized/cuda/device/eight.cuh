// SPDX-License-Identifier: Apache-2.0
// Eight neighbours of a row in a thread's registers: what the MX kernels load, measure and encode.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "encode.cuh"
#include "ptx.cuh"

namespace fp8oracle::cuda {

/// Operations on one 32-bit word, which holds one FP32 element or two 16-bit ones. Magnitudes have
/// the sign bit clear; `floor` is E8m0Rule::nan_floor, and every maximum propagates NaN.
template <class T>
struct Word;

template <>
struct Word<float> {
  static constexpr int kElements = 1;
  static __device__ __forceinline__ std::uint32_t floor_of(float floor) {
    return __float_as_uint(floor);
  }
  static __device__ __forceinline__ std::uint32_t magnitude(std::uint32_t x, std::uint32_t floor) {
    return __float_as_uint(fmaxf(fabsf(__uint_as_float(x)), __uint_as_float(floor)));
  }
  static __device__ __forceinline__ std::uint32_t max(std::uint32_t a, std::uint32_t b) {
    return __float_as_uint(max_propagating_nan(__uint_as_float(a), __uint_as_float(b)));
  }
  static __device__ __forceinline__ float fold(std::uint32_t x) { return __uint_as_float(x); }
  static __device__ __forceinline__ void widen(std::uint32_t x, float* out) {
    out[0] = __uint_as_float(x);
  }
};

template <class Pair>
__device__ __forceinline__ Pair pair_of(std::uint32_t word) {
  Pair pair;
  memcpy(&pair, &word, sizeof pair);
  return pair;
}
template <class Pair>
__device__ __forceinline__ std::uint32_t word_of(Pair pair) {
  std::uint32_t word;
  memcpy(&word, &pair, sizeof word);
  return word;
}

template <>
struct Word<__nv_bfloat16> {
  static constexpr int kElements = 2;
  using Pair = __nv_bfloat162;
  static __device__ __forceinline__ std::uint32_t floor_of(float floor) {
    return (__float_as_uint(floor) >> 16) * 0x00010001u;
  }
  static __device__ __forceinline__ std::uint32_t magnitude(std::uint32_t x, std::uint32_t floor) {
    return word_of(__hmax2(pair_of<Pair>(x & 0x7FFF7FFFu), pair_of<Pair>(floor)));
  }
  static __device__ __forceinline__ std::uint32_t max(std::uint32_t a, std::uint32_t b) {
    return word_of(__hmax2_nan(pair_of<Pair>(a), pair_of<Pair>(b)));
  }
  static __device__ __forceinline__ float fold(std::uint32_t x) {
    return max_propagating_nan(__uint_as_float(x << 16), __uint_as_float(x & 0xFFFF0000u));
  }
  static __device__ __forceinline__ void widen(std::uint32_t x, float* out) {
    out[0] = __uint_as_float(x << 16);
    out[1] = __uint_as_float(x & 0xFFFF0000u);
  }
};

template <>
struct Word<__half> {
  static constexpr int kElements = 2;
  using Pair = __half2;
  /// 0 stays 0, the NaN of FP32 becomes one of FP16.
  static __device__ __forceinline__ std::uint32_t floor_of(float floor) {
    return floor == 0.0f ? 0u : 0x7E007E00u;
  }
  static __device__ __forceinline__ std::uint32_t magnitude(std::uint32_t x, std::uint32_t floor) {
    return word_of(__hmax2(pair_of<Pair>(x & 0x7FFF7FFFu), pair_of<Pair>(floor)));
  }
  static __device__ __forceinline__ std::uint32_t max(std::uint32_t a, std::uint32_t b) {
    return word_of(__hmax2_nan(pair_of<Pair>(a), pair_of<Pair>(b)));
  }
  static __device__ __forceinline__ float fold(std::uint32_t x) {
    const float2 both = __half22float2(pair_of<Pair>(x));
    return max_propagating_nan(both.x, both.y);
  }
  static __device__ __forceinline__ void widen(std::uint32_t x, float* out) {
    const float2 both = __half22float2(pair_of<Pair>(x));
    out[0] = both.x;
    out[1] = both.y;
  }
};

inline constexpr int kEight = 8;

template <class T>
struct Eight {
  static constexpr int kWords = kEight / Word<T>::kElements;
  std::uint32_t words[kWords];

  /// 16-byte loads. Precondition: 16-byte aligned.
  static __device__ __forceinline__ Eight load(const T* from) {
    Eight eight;
#pragma unroll
    for (int i = 0; i < kWords / 4; ++i) {
      const uint4 v = reinterpret_cast<const uint4*>(from)[i];
      eight.words[4 * i] = v.x;
      eight.words[4 * i + 1] = v.y;
      eight.words[4 * i + 2] = v.z;
      eight.words[4 * i + 3] = v.w;
    }
    return eight;
  }

  static __device__ __forceinline__ Eight zero() {
    Eight eight;
#pragma unroll
    for (int i = 0; i < kWords; ++i) eight.words[i] = 0;
    return eight;
  }

  /// The first `count` elements, the others zero: they change no amax. Elements may be unaligned
  /// to more than their own size.
  static __device__ __forceinline__ Eight load_some(const T* from, int count) {
    Eight eight = zero();
#pragma unroll
    for (int i = 0; i < kEight; ++i) {
      if (i >= count) continue;
      if constexpr (sizeof(T) == 4) {
        eight.words[i] = __float_as_uint(from[i]);
      } else {
        const std::uint32_t bits = reinterpret_cast<const std::uint16_t*>(from)[i];
        eight.words[i / 2] |= bits << (i % 2 * 16);
      }
    }
    return eight;
  }

  __device__ __forceinline__ Eight magnitudes(std::uint32_t floor) const {
    Eight result;
#pragma unroll
    for (int i = 0; i < kWords; ++i) result.words[i] = Word<T>::magnitude(words[i], floor);
    return result;
  }

  /// Element by element.
  __device__ __forceinline__ Eight max_with(const Eight& other) const {
    Eight result;
#pragma unroll
    for (int i = 0; i < kWords; ++i) result.words[i] = Word<T>::max(words[i], other.words[i]);
    return result;
  }

  /// One word with the largest magnitudes of all: fold() it for the one number.
  __device__ __forceinline__ std::uint32_t max_word() const {
    std::uint32_t a = Word<T>::max(words[0], words[1]);
    std::uint32_t b = Word<T>::max(words[2], words[3]);
    if constexpr (kWords == 8) {
      a = Word<T>::max(a, Word<T>::max(words[4], words[5]));
      b = Word<T>::max(b, Word<T>::max(words[6], words[7]));
    }
    return Word<T>::max(a, b);
  }

  __device__ __forceinline__ void widen(float (&out)[kEight]) const {
#pragma unroll
    for (int i = 0; i < kWords; ++i) Word<T>::widen(words[i], out + i * Word<T>::kElements);
  }
};

/// max over the lanes whose numbers differ in the bits `first`, 2 * first, ... below `end`.
template <class T>
__device__ __forceinline__ std::uint32_t max_over_lanes(std::uint32_t word, int first, int end) {
#pragma unroll
  for (int lane = first; lane < end; lane *= 2) {
    word = Word<T>::max(word, __shfl_xor_sync(0xFFFFFFFFu, word, lane));
  }
  return word;
}

/// RN(x * scale), encoded: eight codes, the first in the lowest byte of x.
template <class Format>
__device__ __forceinline__ uint2 encode_eight(const float (&x)[kEight],
                                              const float (&scale)[kEight]) {
  float y[kEight];
#pragma unroll
  for (int i = 0; i < kEight; ++i) y[i] = __fmul_rn(x[i], scale[i]);
  return make_uint2(encode4<Format>(y[0], y[1], y[2], y[3]),
                    encode4<Format>(y[4], y[5], y[6], y[7]));
}
template <class Format>
__device__ __forceinline__ uint2 encode_eight(const float (&x)[kEight], float scale) {
  float y[kEight];
#pragma unroll
  for (int i = 0; i < kEight; ++i) y[i] = __fmul_rn(x[i], scale);
  return make_uint2(encode4<Format>(y[0], y[1], y[2], y[3]),
                    encode4<Format>(y[4], y[5], y[6], y[7]));
}

__device__ __forceinline__ std::uint8_t byte_of(uint2 eight, int i) {
  return static_cast<std::uint8_t>((i < 4 ? eight.x : eight.y) >> (i % 4 * 8));
}

/// Precondition: `to` is 8-byte aligned.
__device__ __forceinline__ void store_eight(std::uint8_t* to, uint2 codes) {
  *reinterpret_cast<uint2*>(to) = codes;
}
/// The first `count` of them, byte by byte.
__device__ __forceinline__ void store_some(std::uint8_t* to, uint2 codes, int count) {
#pragma unroll
  for (int i = 0; i < kEight; ++i) {
    if (i < count) to[i] = byte_of(codes, i);
  }
}

}  // namespace fp8oracle::cuda
