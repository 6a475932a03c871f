// SPDX-License-Identifier: Apache-2.0
// What every per-tensor cast does to its scalars and to one unit of input.
#pragma once

#include <cstdint>

#include "amax.cuh"
#include "encode.cuh"
#include "fault.cuh"
#include "noop.cuh"
#include "vector.cuh"

namespace fp8oracle::cuda {

/// A per-tensor cast: the arguments of a kernel, by value. Absent buffers are null.
struct TensorCast {
  const void* input = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t row_stride = 0;
  std::uint8_t* rowwise = nullptr;
  std::uint8_t* columnwise = nullptr;  // [cols, rows]
  const float* scale = nullptr;        // null: exactly 1
  float* amax = nullptr;               // accumulates
  float* scale_inv = nullptr;
  const float* noop = nullptr;
  bool propagate_nan = false;
  bool flush_scale_inv = false;
};

/// RN(1 / scale); subnormals become signed zeros where the profile flushes them [K9].
template <Fault kFault>
__device__ __forceinline__ float scale_inverse_of(float scale, bool flush) {
  const float scale_inv =
      kFault == Fault::kReciprocalApproximate ? __fdividef(1.0f, scale) : __frcp_rn(scale);
  const bool subnormal = fabsf(scale_inv) < 0x1p-126f;
  return flush && subnormal ? copysignf(0.0f, scale_inv) : scale_inv;
}

/// The codes of one unit in its order; RN(x * scale) first [K10]. Words: kUnit / 4.
template <class T, class Format>
__device__ __forceinline__ void encode_unit(const Unit& unit, float scale,
                                            std::uint32_t (&codes)[Element<T>::kUnit / 4]) {
  float x[Element<T>::kUnit];
  Element<T>::widen(unit, x);
#pragma unroll
  for (int i = 0; i < Element<T>::kUnit / 4; ++i) {
    codes[i] = encode4<Format>(x[4 * i] * scale, x[4 * i + 1] * scale, x[4 * i + 2] * scale,
                               x[4 * i + 3] * scale);
  }
}

/// How codes are stored. Streamed ones (st.global.cs) leave the L2 first: for kernels that want to
/// find their input there a second time.
enum class CodeStores { kPlain, kStreamed };

template <CodeStores kStores, class Word>
__device__ __forceinline__ void store_word(std::uint8_t* to, Word word) {
  if constexpr (kStores == CodeStores::kStreamed) {
    __stcs(reinterpret_cast<Word*>(to), word);
  } else {
    *reinterpret_cast<Word*>(to) = word;
  }
}

/// The codes of a unit.
template <CodeStores kStores>
__device__ __forceinline__ void store_codes(std::uint8_t* to, const std::uint32_t (&codes)[1]) {
  store_word<kStores>(to, codes[0]);
}
template <CodeStores kStores>
__device__ __forceinline__ void store_codes(std::uint8_t* to, const std::uint32_t (&codes)[2]) {
  store_word<kStores>(to, make_uint2(codes[0], codes[1]));
}

}  // namespace fp8oracle::cuda
