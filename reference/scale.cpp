// SPDX-License-Identifier: Apache-2.0
#include "reference/scale.h"

#include <cmath>
#include <limits>

#include "reference/codec.h"
#include "reference/scalar.h"
#include "reference/value_space.h"
#include "reference/widen.h"

namespace fp8oracle::reference {
namespace {

float scale_of_bad_amax(const Knobs& knobs, float previous) {
  switch (knobs.scale_of_bad_amax) {
    case FP8ORACLE_BAD_AMAX_ZERO: return 0.0f;
    case FP8ORACLE_BAD_AMAX_KEEP: return previous;
    default: return 1.0f;
  }
}

float scale_of_overflow(const Knobs& knobs, fp8oracle_type input_type) {
  switch (knobs.scale_overflow) {
    case FP8ORACLE_SCALE_OVERFLOW_INPUT_MAX: return largest_finite(input_type);
    case FP8ORACLE_SCALE_OVERFLOW_INF: return std::numeric_limits<float>::infinity();
    default: return std::numeric_limits<float>::max();
  }
}

}  // namespace

float scale_inverse(float scale, const Knobs& knobs) {
  const float inverse = 1.0f / scale;
  const bool flush = knobs.scale_inv_subnormals == FP8ORACLE_DROP;
  return flush && std::fpclassify(inverse) == FP_SUBNORMAL ? std::copysign(0.0f, inverse) : inverse;
}

float scale_from_amax(float amax, const Format& format, const Knobs& knobs,
                      const ScaleOptions& options) {
  const float floored = amax < options.eps ? options.eps : amax;  // false for NaN, which stays
  if (floored == 0.0f || !std::isfinite(floored)) return scale_of_bad_amax(knobs, options.previous);

  float scale = static_cast<float>(element_max(format, knobs)) / floored;
  if (std::isinf(scale)) scale = scale_of_overflow(knobs, options.input_type);

  const bool pow2 = options.pow2 || knobs.scale_pow2 != 0;
  if (!pow2 || std::isinf(scale)) return scale;
  return static_cast<float>(power_of_two(floor_log2(static_cast<double>(scale))));
}

void scale_inverse(const ResolvedScheme& scheme, const fp8oracle_scale_inverse_args& args) {
  const float scale = present(args.scale) ? load_scalar(args.scale) : 1.0f;
  store_scalar(args.scale_inv, scale_inverse(scale, scheme.knobs));
}

void scale_from_amax(const ResolvedScheme& scheme, const fp8oracle_scale_from_amax_args& args) {
  ScaleOptions options;
  options.eps = args.eps;
  options.pow2 = args.pow2 != 0;
  options.input_type = static_cast<fp8oracle_type>(args.input_type);
  options.previous = load_scalar(args.scale);
  store_scalar(args.scale,
               scale_from_amax(load_scalar(args.amax), scheme.format, scheme.knobs, options));
}

}  // namespace fp8oracle::reference
