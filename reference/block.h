// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/resolved_scheme.h"
#include "reference/amax.h"
#include "reference/e8m0.h"
#include "reference/scalar.h"
#include "reference/scale.h"

namespace fp8oracle::reference {

/// Whether the block is NaN throughout: knob block.special, where it holds a NaN or an Inf.
template <typename Derived>
bool is_special(const Eigen::ArrayBase<Derived>& block, const Knobs& knobs) {
  return knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN &&
         !std::isfinite(max_propagating_nan(block));
}

/// The same of a block with an E8M0 scale: a number that the rule takes for an Inf is one.
template <typename Derived>
bool is_special(const Eigen::ArrayBase<Derived>& block, const E8m0Rules& rules,
                const Knobs& knobs) {
  if (knobs.block_special != FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN) return false;
  const float amax = max_propagating_nan(block);
  return std::isnan(amax) || counts_as_inf(rules, amax);
}

/// The scale code of one block, whatever its shape:  e8m0_of_amax(max|block|), or the NaN code 255
/// [K16].
template <typename Derived>
std::uint8_t block_scale_inv(const Eigen::ArrayBase<Derived>& block, const E8m0Rules& rules,
                             const Knobs& knobs) {
  return is_special(block, rules, knobs) ? kE8m0Nan
                                         : e8m0_of_amax(rules, max_magnitude(block, knobs));
}

/// The scale of one block: what is stored, and what the data is multiplied by.
struct BlockScale {
  std::uint32_t scale_inv = 0;  ///< E8M0 code, or FP32 bits
  float scale = 1.0f;           ///< NaN: every element of the block is NaN
};

/// MX: the data is multiplied by 2^(127 - code), the exact reciprocal of the *stored* scale [K17].
template <typename Derived>
BlockScale e8m0_scale(const Eigen::ArrayBase<Derived>& block, const E8m0Rules& rules,
                      const Knobs& knobs) {
  const std::uint8_t code = block_scale_inv(block, rules, knobs);
  return {code, code == kE8m0Nan ? std::numeric_limits<float>::quiet_NaN() : e8m0_reciprocal(code)};
}

/// A free FP32 scale: what K14 and K9 say of a tensor, for the block.
///
///   scale     = scale_from_amax(max|block|)        scale_inv = RN(1 / scale)
template <typename Derived>
BlockScale free_scale(const Eigen::ArrayBase<Derived>& block, const Format& format,
                      const Knobs& knobs, const ScaleOptions& options) {
  const float scale = is_special(block, knobs)
                          ? std::numeric_limits<float>::quiet_NaN()
                          : scale_from_amax(max_magnitude(block, knobs), format, knobs, options);
  return {bits_of(scale_inverse(scale, knobs)), scale};
}

/// Quantization in blocks of the directions that the scheme names, each on its own [K20, K21]: of
/// the grid rowwise, of the same grid on the transpose columnwise. A block at the edge uses the
/// elements that exist. Padding of scale_inv is written as zero.
void quantize_blocks(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args);

}  // namespace fp8oracle::reference
