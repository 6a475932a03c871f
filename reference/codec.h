// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::reference {

/// The value of a code, straight from the format's parameters (OCP OFP8 rev 1.0 section 5):
///
///   value = (-1)^sign * 2^(max(e, 1) - bias) * ((e > 0) + m / 2^mantissa_bits)
///
/// Above max_code stand Inf (at inf_code) and NaN. In the fnuz formats 0x80 alone is NaN.
double decode(const Format& format, std::uint8_t code);

/// What the element knobs of a profile mean for one format, derived once before the loop. The codes
/// are indexed by the sign of the input: [0] positive, [1] negative.
struct ElementRules {
  unsigned max_code = 0;  ///< a rounded code above it overflows
  unsigned smallest_code =
      0;  ///< a rounded code below it becomes zero; above 1 when subnormals are flushed
  std::uint8_t overflow[2] = {};
  std::uint8_t inf[2] = {};
  std::uint8_t nan[2] = {};
  std::uint8_t zero[2] = {};
};
ElementRules element_rules(const Format& format, const Knobs& knobs);

/// The code of the value nearest to x; a tie goes to the even code. The only rounding to the
/// format. NaN, Inf, overflow, zero and subnormals by the rules [K11].
std::uint8_t encode(const Format& format, const ElementRules& rules, float x);

/// codes[i] = encode(scaled[i]); the two spans have the same length.
void encode_all(const Format& format, const ElementRules& rules, std::span<const float> scaled,
                std::span<std::uint8_t> codes);

/// The value of the largest code that is written: `max` in the formulas of scales.
double element_max(const Format& format, const Knobs& knobs);

}  // namespace fp8oracle::reference
