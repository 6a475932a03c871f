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

float scale_of_overflow(const fp8oracle_knobs& knobs, std::uint32_t input_type) {
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

void scale_from_amax(const fp8oracle_scale_from_amax_args& args) {
  const fp8oracle_knobs& knobs = args.scheme.knobs;
  float amax = load_scalar(args.amax);
  if (amax < args.eps) amax = args.eps;  // a floor; a NaN stays
  if (amax == 0.0f || std::isinf(amax) || std::isnan(amax)) {
    if (knobs.scale_of_bad_amax == FP8ORACLE_BAD_AMAX_KEEP) return;
    store_scalar(args.scale, knobs.scale_of_bad_amax == FP8ORACLE_BAD_AMAX_ZERO ? 0.0f : 1.0f);
    return;
  }
  float scale = element_max(args.scheme.format, knobs) / amax;
  if (std::isinf(scale)) scale = scale_of_overflow(knobs, args.input_type);
  if (args.pow2 != 0 || knobs.scale_pow2 != 0) scale = truncated_to_pow2(scale);
  store_scalar(args.scale, scale);
}

}  // namespace fp8oracle::cpu
