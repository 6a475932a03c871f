// SPDX-License-Identifier: Apache-2.0
// float -> FP8 code: nearest, ties to even, saturating; NaN becomes 0x7F, zeros keep their sign.
// Hardware from sm_89 on, integer and FP32 arithmetic before; the same codes for all 2^32 floats.
#pragma once

#include <cuda_fp8.h>

#include <cstdint>

namespace fp8oracle::cuda {

struct E4M3 {
  static constexpr __nv_fp8_interpretation_t kKind = __NV_E4M3;
  static constexpr int kMantissaBits = 3;
  static constexpr int kBias = 7;
  static constexpr std::uint32_t kMaxCode = 0x7E;
  static constexpr int kEmax = 8;  // of the largest value, 1.75 * 2^8
  static constexpr float kMax = 448.0f;
};

struct E5M2 {
  static constexpr __nv_fp8_interpretation_t kKind = __NV_E5M2;
  static constexpr int kMantissaBits = 2;
  static constexpr int kBias = 15;
  static constexpr std::uint32_t kMaxCode = 0x7B;
  static constexpr int kEmax = 15;  // of the largest value, 1.75 * 2^15
  static constexpr float kMax = 57344.0f;
};

/// The conversion of devices without the instruction.
///
///   normal codes     the FP32 bits rounded at the code's last mantissa bit, rebiased
///   subnormal codes  |x| + 2^(23 + log2(quantum)): the sum's last bit is one quantum, so FP32's
///   own
///                    rounding is the rounding wanted
template <class Format>
__device__ __forceinline__ std::uint32_t encode_in_software(float x) {
  constexpr int kShift = 23 - Format::kMantissaBits;
  constexpr std::uint32_t kFirstNormal = static_cast<std::uint32_t>(128 - Format::kBias) << 23;
  constexpr std::uint32_t kRebias = static_cast<std::uint32_t>(127 - Format::kBias)
                                    << Format::kMantissaBits;
  // 2^(23 + 1 - bias - mantissa bits)
  constexpr std::uint32_t kMagicBits =
      static_cast<std::uint32_t>(127 + 24 - Format::kBias - Format::kMantissaBits) << 23;
  const std::uint32_t bits = __float_as_uint(x);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return 0x7Fu;
  std::uint32_t code;
  if (magnitude < kFirstNormal) {
    code = __float_as_uint(__uint_as_float(magnitude) + __uint_as_float(kMagicBits)) - kMagicBits;
  } else {
    const std::uint32_t half_below = (1u << (kShift - 1)) - 1u + ((magnitude >> kShift) & 1u);
    code = ((magnitude + half_below) >> kShift) - kRebias;
  }
  return ((bits >> 24) & 0x80u) | (code < Format::kMaxCode ? code : Format::kMaxCode);
}

/// Two codes, that of `low` in the low byte.
template <class Format>
__device__ __forceinline__ std::uint32_t encode2(float low, float high) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 890
  return __nv_cvt_float2_to_fp8x2(make_float2(low, high), __NV_SATFINITE, Format::kKind);
#else
  return encode_in_software<Format>(low) | (encode_in_software<Format>(high) << 8);
#endif
}

template <class Format>
__device__ __forceinline__ std::uint8_t encode1(float x) {
  return static_cast<std::uint8_t>(encode2<Format>(x, 0.0f));
}

/// Four codes, the first in the lowest byte.
template <class Format>
__device__ __forceinline__ std::uint32_t encode4(float a, float b, float c, float d) {
  return encode2<Format>(a, b) | (encode2<Format>(c, d) << 16);
}

}  // namespace fp8oracle::cuda
