// SPDX-License-Identifier: Apache-2.0
// scale from amax, total over every amax [K14].
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"

namespace fp8oracle::cuda {

/// The host's choices.
struct ScaleRule {
  float max = 0.0f;       // the format's largest value
  float eps = 0.0f;       // a floor under amax
  float overflow = 0.0f;  // the scale where max / amax is Inf
  std::uint32_t of_bad_amax = FP8ORACLE_BAD_AMAX_ONE;
  bool pow2 = false;
};

/// RN(max / max(amax, eps)). `previous` is the result where the rule keeps it for a bad amax.
__device__ __forceinline__ float scale_of_amax(float amax, const ScaleRule& rule, float previous) {
  if (amax < rule.eps) amax = rule.eps;  // a NaN stays
  const bool good = amax > 0.0f && amax < __uint_as_float(0x7F800000u);
  if (!good) {
    if (rule.of_bad_amax == FP8ORACLE_BAD_AMAX_KEEP) return previous;
    return rule.of_bad_amax == FP8ORACLE_BAD_AMAX_ZERO ? 0.0f : 1.0f;
  }
  float scale = __fdiv_rn(rule.max, amax);
  if (__float_as_uint(scale) == 0x7F800000u) scale = rule.overflow;
  return rule.pow2 ? __uint_as_float(__float_as_uint(scale) & 0xFF800000u) : scale;
}

}  // namespace fp8oracle::cuda
