// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/scale.cuh"
#include "fp8oracle/resolved_scheme.h"
#include "support.h"

namespace fp8oracle::cuda {

inline float scale_of_overflow(std::uint32_t rule, std::uint32_t input_type) {
  constexpr float kLargestFloat = 0x1.fffffep127f;
  constexpr float kLargestBf16 = 0x1.fep127f;
  constexpr float kLargestF16 = 65504.0f;
  if (rule == FP8ORACLE_SCALE_OVERFLOW_INF) return __builtin_huge_valf();
  if (rule == FP8ORACLE_SCALE_OVERFLOW_FLT_MAX) return kLargestFloat;
  if (input_type == FP8ORACLE_BF16) return kLargestBf16;
  return input_type == FP8ORACLE_F16 ? kLargestF16 : kLargestFloat;
}

inline ScaleRule scale_rule(const ResolvedScheme& scheme, std::uint32_t input_type,
                            std::uint32_t pow2, float eps) {
  ScaleRule rule;
  rule.max = is_e4m3(scheme.format) ? 448.0f : 57344.0f;
  rule.eps = eps;
  rule.overflow = scale_of_overflow(scheme.knobs.scale_overflow, input_type);
  rule.of_bad_amax = scheme.knobs.scale_of_bad_amax;
  rule.pow2 = pow2 != 0 || scheme.knobs.scale_pow2 == FP8ORACLE_SCALE_TRUNCATED;
  return rule;
}

}  // namespace fp8oracle::cuda
