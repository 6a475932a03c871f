// SPDX-License-Identifier: Apache-2.0
// 16 bytes of input at a time: load, widen, largest magnitude.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>
#include <cstring>

#include "ptx.cuh"

namespace fp8oracle::cuda {

/// What one 16-byte load brings. What a streaming load (ld.global.cs) brings leaves the L2 first,
/// which costs a little: for input that is read twice, and does not fit, alone.
struct alignas(16) Unit {
  std::uint32_t words[4];
};

__device__ __forceinline__ Unit unit_of(uint4 v) { return {{v.x, v.y, v.z, v.w}}; }
__device__ __forceinline__ Unit load_unit(const void* from) {
  return unit_of(*static_cast<const uint4*>(from));
}
__device__ __forceinline__ Unit load_unit_streaming(const void* from) {
  return unit_of(__ldcs(static_cast<const uint4*>(from)));
}

/// The input's types: elements in 16 bytes, two of them as the hardware's pair, widened to FP32.
template <class T>
struct Element;

template <>
struct Element<float> {
  static constexpr int kUnit = 4;
  using Pair = float2;
  static __device__ __forceinline__ float widen(float x) { return x; }
  static __device__ __forceinline__ void widen(const Unit& unit, float (&out)[kUnit]) {
#pragma unroll
    for (int i = 0; i < kUnit; ++i) out[i] = __uint_as_float(unit.words[i]);
  }
};

template <>
struct Element<__nv_bfloat16> {
  static constexpr int kUnit = 8;
  using Pair = __nv_bfloat162;
  static __device__ __forceinline__ float widen(__nv_bfloat16 x) { return __bfloat162float(x); }
  static __device__ __forceinline__ void widen(const Unit& unit, float (&out)[kUnit]) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      out[2 * i] = __uint_as_float(unit.words[i] << 16);
      out[2 * i + 1] = __uint_as_float(unit.words[i] & 0xFFFF0000u);
    }
  }
};

template <>
struct Element<__half> {
  static constexpr int kUnit = 8;
  using Pair = __half2;
  static __device__ __forceinline__ float widen(__half x) { return __half2float(x); }
  static __device__ __forceinline__ void widen(const Unit& unit, float (&out)[kUnit]) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      __half2 pair;
      memcpy(&pair, &unit.words[i], sizeof pair);
      const float2 both = __half22float2(pair);
      out[2 * i] = both.x;
      out[2 * i + 1] = both.y;
    }
  }
};

}  // namespace fp8oracle::cuda
