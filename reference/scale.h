// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::reference {

/// scale_inv = RN(1 / scale), correctly rounded [K9]:  +-0 -> +-Inf, +-Inf -> +-0, NaN -> NaN.
/// A subnormal result is kept, or stored as a zero of its sign (knob scale_inv.subnormals).
float scale_inverse(float scale, const Knobs& knobs);

/// What the scale rule reads besides amax.
struct ScaleOptions {
  float eps = 0.0f;   ///< a floor under amax, not an addend
  bool pow2 = false;  ///< truncate to a power of two; the knob scale.pow2 asks for the same
  fp8oracle_type input_type = FP8ORACLE_F32;  ///< for scale.overflow = largest of the input type
  float previous = 1.0f;                      ///< for scale.of_bad_amax = keep
};

/// scale = RN(max / max(amax, eps)), a total function of amax [K14]:
///
///   amax 0, Inf or NaN (after eps)   1, 0 or the previous scale (knob scale.of_bad_amax)
///   quotient above FLT_MAX           FLT_MAX, the input type's largest value, or Inf
///   (scale.overflow) power of two asked for           the largest power of two <= scale
float scale_from_amax(float amax, const Format& format, const Knobs& knobs,
                      const ScaleOptions& options);

/// The operation of the ABI: scale_inv = scale_inverse(scale), an absent scale is exactly 1 [K25].
void scale_inverse(const ResolvedScheme& scheme, const fp8oracle_scale_inverse_args& args);

/// The operation of the ABI; the scale that stands in args.scale is the previous one.
void scale_from_amax(const ResolvedScheme& scheme, const fp8oracle_scale_from_amax_args& args);

}  // namespace fp8oracle::reference
