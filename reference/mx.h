// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "reference/amax.h"
#include "reference/e8m0.h"

namespace fp8oracle::reference {

/// The scale code of one block, whatever its shape:  e8m0_of_amax(max|block|), except that under
/// block.special = whole block NaN a NaN or an Inf makes it the NaN code 255 [K16].
template <typename Derived>
std::uint8_t block_scale_inv(const Eigen::ArrayBase<Derived>& block, const E8m0Rules& rules,
                             const fp8oracle_knobs& knobs) {
  if (knobs.block_special != FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN) {
    return e8m0_of_amax(rules, max_magnitude(block, knobs));
  }
  const float amax = max_propagating_nan(block);
  const bool special = std::isnan(amax) || counts_as_inf(rules, amax);
  return special ? kE8m0Nan : e8m0_of_amax(rules, amax);
}

/// The numbers that are encoded: RN(x * 2^(127 - code)), the exact reciprocal of the *stored* scale
/// [K17]. A NaN scale makes all of them the NaN whose code is the canonical one.
template <typename Derived, typename Scaled>
void scale_block(const Eigen::ArrayBase<Derived>& block, std::uint8_t scale_inv, Scaled&& scaled) {
  if (scale_inv == kE8m0Nan) {
    scaled.setConstant(std::numeric_limits<float>::quiet_NaN());
  } else {
    scaled = block * e8m0_reciprocal(scale_inv);
  }
}

/// MX quantization of the directions that the scheme names, each on its own [K20, K21]: blocks of
/// 1x32 rowwise, 32x1 columnwise, or 32x32 with the tile's scale repeated in each of its rows
/// (columns). A block at the edge uses the elements that exist. Padding of scale_inv is written as
/// zero.
void quantize_mx(const fp8oracle_quantize_args& args);

}  // namespace fp8oracle::reference
