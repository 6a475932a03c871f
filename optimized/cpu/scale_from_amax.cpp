// SPDX-License-Identifier: Apache-2.0
// scale = RN(max / max(amax, eps)), total over every amax by the profile's scale_* knobs [K14].
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "element_rule.h"
#include "operations.h"
#include "scalars.h"

namespace fp8oracle::cpu {
namespace {

float scale_of_overflow(const Knobs& knobs, std::uint32_t input_type) {
  if (knobs.scale_overflow == FP8ORACLE_SCALE_OVERFLOW_INF)
    return std::numeric_limits<float>::infinity();
  const bool input_max = knobs.scale_overflow == FP8ORACLE_SCALE_OVERFLOW_INPUT_MAX;
  if (input_max && input_type == FP8ORACLE_BF16) return std::bit_cast<float>(0x7F7F0000u);
  if (input_max && input_type == FP8ORACLE_F16) return 65504.0f;
  return std::numeric_limits<float>::max();
}

// Drops the mantissa; Inf stays.
float truncated_to_pow2(float scale) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scale) & 0xFF800000u);
}

}  // namespace

std::optional<float> scale_of_amax(float amax, float eps, bool pow2, const ResolvedScheme& scheme,
                                   std::uint32_t input_type) {
  const Knobs& knobs = scheme.knobs;
  if (amax < eps) amax = eps;  // a floor; a NaN stays
  if (amax == 0.0f || std::isinf(amax) || std::isnan(amax)) {
    if (knobs.scale_of_bad_amax == FP8ORACLE_BAD_AMAX_KEEP) return std::nullopt;
    return knobs.scale_of_bad_amax == FP8ORACLE_BAD_AMAX_ZERO ? 0.0f : 1.0f;
  }
  float scale = element_max(scheme.format, knobs) / amax;
  if (std::isinf(scale)) scale = scale_of_overflow(knobs, input_type);
  return pow2 || knobs.scale_pow2 == FP8ORACLE_SCALE_TRUNCATED ? truncated_to_pow2(scale) : scale;
}

void scale_from_amax(const ResolvedScheme& scheme, const fp8oracle_scale_from_amax_args& args) {
  const auto scale =
      scale_of_amax(load_scalar(args.amax), args.eps, args.pow2 != 0, scheme, args.input_type);
  if (scale) store_scalar(args.scale, *scale);
}

}  // namespace fp8oracle::cpu
