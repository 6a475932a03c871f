// SPDX-License-Identifier: Apache-2.0
// Every PTX instruction of this backend that has no function in CUDA's headers, named.
#pragma once

#include <cstdint>

namespace fp8oracle::cuda {

/// max.NaN.f32 (sm_80): the larger of two, NaN when either is NaN.
__device__ __forceinline__ float max_propagating_nan(float a, float b) {
  float result;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
}

/// prefetch.global.L2: the line comes to the L2, where every later write meets it; nothing is read.
__device__ __forceinline__ void prefetch(const void* from) {
  asm volatile("prefetch.global.L2 [%0];" ::"l"(from));
}

}  // namespace fp8oracle::cuda
