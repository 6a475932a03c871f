// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::cpu {

/// The four scale rules of the MX profiles (semantics.md 4.1 and 14) as one integer formula on the
/// FP32 bits of a block's amax [K16]:
///
///   v    = bits(RN(amax * factor))
///   code = clamp(((v + add) >> 23) - subtract, 0, 254)     0 where v <= zero_upto
///
/// up:    factor RN(1/max), add 2^23 - 1 (the next power of two), zero_upto 2^-127
/// floor: factor 1, subtract emax      ceil: the same with add 2^23 - 1
/// even:  factor 1, add half of a code's last place, subtract emax
///
/// amax 0, Inf and NaN have codes of their own; `even` counts an amax that rounds up to 2^128 as
/// Inf.
struct E8m0Rule {
  float factor = 1.0f;
  std::int32_t add = 0;
  std::int32_t subtract = 0;
  std::int32_t zero_upto = 0;
  std::int32_t inf_from = 0;  ///< the first amax bits that count as Inf
  std::int32_t of_inf = 0;
  std::int32_t of_zero = 0;
  bool propagate_nan = false;  ///< a NaN in the block makes amax NaN, and the code 255
};

E8m0Rule e8m0_rule(const Format& format, const Knobs& knobs);

inline constexpr std::int32_t kE8m0One = 127;
inline constexpr std::int32_t kE8m0Largest = 254;
inline constexpr std::int32_t kE8m0Nan = 255;

/// The code for one block. amax_bits: FP32 bits, sign 0.
inline std::int32_t e8m0_code(const E8m0Rule& rule, std::int32_t amax_bits) {
  if (amax_bits > 0x7F800000) return kE8m0Nan;
  if (amax_bits >= rule.inf_from) return rule.of_inf;
  if (amax_bits == 0) return rule.of_zero;
  const std::int32_t v = std::bit_cast<std::int32_t>(std::bit_cast<float>(amax_bits) * rule.factor);
  if (v <= rule.zero_upto) return 0;
  // Unsigned: v + add may pass 2^31 when the product is Inf.
  const auto raised = static_cast<std::uint32_t>(v) + static_cast<std::uint32_t>(rule.add);
  return std::clamp(static_cast<std::int32_t>(raised >> 23) - rule.subtract, 0, kE8m0Largest);
}

/// FP32 bits of 2^(127 - code), the exact reciprocal of the stored scale; 254 gives the subnormal
/// 2^-127, 255 gives NaN [K15, K17].
inline std::int32_t e8m0_reciprocal_bits(std::int32_t code) {
  if (code == kE8m0Nan) return 0x7FC00000;
  return std::max((254 - code) << 23, 0x00400000);
}

/// FP32 bits of 2^(code - 127); 0 gives the subnormal 2^-127, 255 gives NaN [K15].
inline std::int32_t e8m0_value_bits(std::int32_t code) {
  if (code == kE8m0Nan) return 0x7FC00000;
  return std::max(code << 23, 0x00400000);
}

}  // namespace fp8oracle::cpu
