// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../e8m0_rule.h"
#include "mx_fault.cuh"

namespace fp8oracle::cuda {

inline constexpr std::int32_t kE8m0Nan = 255;

/// The code for one block.
__device__ __forceinline__ std::int32_t e8m0_code(const E8m0Rule& rule, float amax) {
  const std::uint32_t bits = __float_as_uint(amax);
  const std::uint32_t v = __float_as_uint(__fmul_rn(amax, rule.factor));
  const std::int32_t raised = static_cast<std::int32_t>((v + rule.add) >> 23) - rule.subtract;
  std::int32_t code = v <= rule.zero_upto ? 0 : min(max(raised, 0), 254);
  code = bits == 0 ? rule.of_zero : code;
  code = bits >= rule.inf_from ? rule.of_inf : code;
  return bits > 0x7F800000u ? kE8m0Nan : code;
}

// Powers of two from 2^-127 up, and NaN, are BF16 numbers: half the room of FP32, and widened by a
// shift.

/// BF16 bits of 2^(127 - code), the exact reciprocal of the stored scale: 254 gives the subnormal
/// 2^-127, 0 gives 2^127, 255 gives NaN [K15, K17].
template <MxFault kFault = MxFault::kNone>
__device__ __forceinline__ std::uint32_t e8m0_reciprocal_bf16(std::int32_t code) {
  if (kFault == MxFault::kZeroCodeAsOne && code == 0) return 0x3F80;
  if (kFault == MxFault::kNanCodeAsNumber && code == kE8m0Nan) return 0;
  if (kFault == MxFault::kLastCodeFlushed && code == 254) return 0;
  const std::int32_t normal = max((254 - code) << 7, 0x0040);
  return static_cast<std::uint32_t>(code == kE8m0Nan ? 0x7FC0 : normal);
}

/// BF16 bits of 2^(code - 127): 0 gives the subnormal 2^-127, 255 gives NaN [K15].
template <MxFault kFault = MxFault::kNone>
__device__ __forceinline__ std::uint32_t e8m0_value_bf16(std::int32_t code) {
  if (kFault == MxFault::kZeroCodeAsZero && code == 0) return 0;
  if (kFault == MxFault::kNanCodeAsNumber && code == kE8m0Nan) return 0x7F80;
  return static_cast<std::uint32_t>(code == kE8m0Nan ? 0x7FC0 : max(code << 7, 0x0040));
}

__device__ __forceinline__ float widen_bf16(std::uint32_t bits) {
  return __uint_as_float(bits << 16);
}

}  // namespace fp8oracle::cuda
