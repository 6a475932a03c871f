// SPDX-License-Identifier: Apache-2.0
// The largest magnitude of what a thread, a warp, a block and a launch have read.
#pragma once

#include <cstdint>

#include "fault.cuh"
#include "vector.cuh"

namespace fp8oracle::cuda {

/// Both rules of knobs.amax_nan, in one word each.
__device__ __forceinline__ float max_dropping_nan(float a, float b) { return fmaxf(a, b); }

/// The running maximum of one thread, kept in the input's own type: a maximum is exact there.
template <class T>
class Amax {
 public:
  __device__ __forceinline__ explicit Amax(bool propagate_nan) : propagate_nan_(propagate_nan) {}

  __device__ __forceinline__ void add(float x) {
    const float magnitude = fabsf(x);
    scalar_ = propagate_nan_ ? max_propagating_nan(scalar_, magnitude)
                             : max_dropping_nan(scalar_, magnitude);
  }

  __device__ __forceinline__ void add(const Unit& unit) {
    if constexpr (sizeof(T) == 4) {
#pragma unroll
      for (const std::uint32_t word : unit.words) add(__uint_as_float(word));
    } else if (propagate_nan_) {
#pragma unroll
      for (const std::uint32_t word : unit.words)
        pair_ = __hmax2_nan(pair_, __habs2(pair_of(word)));
    } else {
#pragma unroll
      for (const std::uint32_t word : unit.words) pair_ = __hmax2(pair_, __habs2(pair_of(word)));
    }
  }

  /// The maximum as the bits of a float >= +0 (or a NaN): integers of the same order.
  __device__ __forceinline__ std::uint32_t bits() {
    if constexpr (sizeof(T) == 2) {
      add(Element<T>::widen(pair_.x));
      add(Element<T>::widen(pair_.y));
    }
    return __float_as_uint(scalar_) & 0x7FFFFFFFu;
  }

 private:
  using Pair = typename Element<T>::Pair;
  static __device__ __forceinline__ Pair pair_of(std::uint32_t word) {
    Pair pair{};
    memcpy(&pair, &word, sizeof word);
    return pair;
  }

  bool propagate_nan_;
  float scalar_ = 0.0f;
  Pair pair_ = pair_of(0);
};

/// The maximum over the block's threads in two halves, so that other work stands between them:
/// every warp leaves its own in `scratch` (one word a warp); after a barrier the first warp has
/// them all.
__device__ __forceinline__ void leave_warp_max(std::uint32_t bits, std::uint32_t* scratch) {
  bits = __reduce_max_sync(0xFFFFFFFFu, bits);
  if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = bits;
}
template <Fault kFault>
__device__ __forceinline__ std::uint32_t max_of_warps(const std::uint32_t* scratch) {
  if (threadIdx.x >= 32) return 0;
  const unsigned warps = kFault == Fault::kAmaxOfFirstWarp ? 1 : blockDim.x / 32;
  return __reduce_max_sync(0xFFFFFFFFu, threadIdx.x < warps ? scratch[threadIdx.x] : 0u);
}

/// Both halves: the maximum in the first warp. Every thread calls it.
template <Fault kFault>
__device__ __forceinline__ std::uint32_t block_max(std::uint32_t bits, std::uint32_t* scratch) {
  leave_warp_max(bits, scratch);
  __syncthreads();
  return max_of_warps<kFault>(scratch);
}

/// amax = max(amax, bits), whatever order the blocks come in: floats >= +0 order as integers do, a
/// NaN is above them, and what has the sign bit (-0 and a NaN as well) is below +0 [K12]. amax only
/// grows, so what it was at the block's start tells most blocks that they need not raise it.
class AmaxTarget {
 public:
  __device__ __forceinline__ explicit AmaxTarget(float* amax)
      : amax_(threadIdx.x == 0 ? reinterpret_cast<int*>(amax) : nullptr),
        before_(amax_ != nullptr ? __ldcg(amax_) : 0) {}
  /// Thread 0's call counts.
  template <Fault kFault>
  __device__ __forceinline__ void raise_to(std::uint32_t bits) const {
    if constexpr (kFault == Fault::kAmaxStored) {
      if (amax_ != nullptr) *amax_ = static_cast<int>(bits);
      return;
    }
    if (amax_ != nullptr && static_cast<int>(bits) > before_)
      atomicMax(amax_, static_cast<int>(bits));
  }

 private:
  int* amax_;
  int before_;
};

}  // namespace fp8oracle::cuda
