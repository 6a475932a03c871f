// SPDX-License-Identifier: Apache-2.0
#include "reference/codec.h"

#include <cmath>
#include <limits>

#include "reference/value_space.h"

namespace fp8oracle::reference {
namespace {

std::uint8_t signed_code(unsigned sign, unsigned code) {
  return static_cast<std::uint8_t>((sign ? Format::kSignMask : 0u) | code);
}

inline std::uint8_t encode_one(const Format& format, const ElementRules& rules, float x) {
  const unsigned sign = std::signbit(x) ? 1u : 0u;
  if (std::isnan(x)) return rules.nan[sign];
  if (std::isinf(x)) return rules.inf[sign];

  const double magnitude = std::fabs(static_cast<double>(x));
  const unsigned code =
      nearest_code(magnitude, static_cast<int>(format.mantissa_bits), format.emin());
  if (code > rules.max_code) return rules.overflow[sign];
  if (code < rules.smallest_code) return rules.zero[sign];
  return signed_code(sign, code);
}

}  // namespace

double decode(const Format& format, std::uint8_t code) {
  if (format.is_fnuz() && code == format.nan_code) return std::numeric_limits<double>::quiet_NaN();
  const double sign = (code & Format::kSignMask) != 0 ? -1.0 : 1.0;
  const unsigned magnitude = code & (Format::kSignMask - 1u);
  if (magnitude > format.max_code) {
    const bool inf = format.has_inf() && magnitude == format.inf_code;
    return inf ? sign * std::numeric_limits<double>::infinity()
               : std::numeric_limits<double>::quiet_NaN();
  }
  return sign * finite_value(magnitude, static_cast<int>(format.mantissa_bits), format.emin());
}

ElementRules element_rules(const Format& format, const Knobs& knobs) {
  ElementRules rules;
  rules.max_code = knobs.element_max_code;
  const bool flush = knobs.element_subnormals == FP8ORACLE_DROP;
  rules.smallest_code = flush ? 1u << format.mantissa_bits : 1u;
  // A format whose NaN sits on 0x80 has no negative zero to keep.
  const bool drop_sign = knobs.element_negative_zero == FP8ORACLE_DROP || format.is_fnuz();

  for (const unsigned sign : {0u, 1u}) {
    // Where any sign is right, the one that is kept is written.
    const bool keep_nan_sign =
        knobs.element_nan == FP8ORACLE_NAN_KEEP_SIGN || knobs.element_nan == FP8ORACLE_NAN_ANY_SIGN;
    const unsigned nan =
        knobs.element_nan == FP8ORACLE_NAN_FNUZ ? Format::kSignMask : format.nan_code;
    rules.nan[sign] = signed_code(keep_nan_sign ? sign : 0u, nan);
    rules.zero[sign] = signed_code(drop_sign ? 0u : sign, 0u);

    const std::uint8_t max = signed_code(sign, knobs.element_max_code);
    switch (knobs.element_overflow) {
      case FP8ORACLE_OVERFLOW_NAN: rules.overflow[sign] = rules.nan[sign]; break;
      case FP8ORACLE_OVERFLOW_INF:
        rules.overflow[sign] =
            format.has_inf() ? signed_code(sign, format.inf_code) : rules.nan[sign];
        break;
      default: rules.overflow[sign] = max; break;
    }
    rules.inf[sign] = knobs.element_inf == FP8ORACLE_INF_SATURATE ? max : rules.overflow[sign];
  }
  return rules;
}

std::uint8_t encode(const Format& format, const ElementRules& rules, float x) {
  return encode_one(format, rules, x);
}

void encode_all(const Format& format, const ElementRules& rules, std::span<const float> scaled,
                std::span<std::uint8_t> codes) {
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    codes[i] = encode_one(format, rules, scaled[i]);
  }
}

double element_max(const Format& format, const Knobs& knobs) {
  return finite_value(knobs.element_max_code, static_cast<int>(format.mantissa_bits),
                      format.emin());
}

}  // namespace fp8oracle::reference
