// SPDX-License-Identifier: Apache-2.0
#include "reference/e8m0.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reference/codec.h"
#include "reference/value_space.h"

namespace fp8oracle::reference {
namespace {

constexpr int kBias = 127;
constexpr int kLargestCode = 254;

/// amax with its significand rounded to mantissa_bits, ties to even; not limited to FP32's range.
double round_significand(const E8m0Rules& rules, float amax) {
  const auto magnitude = static_cast<double>(amax);
  const int quantum = floor_log2(magnitude) - rules.mantissa_bits;
  return round_half_even(magnitude * power_of_two(-quantum)) * power_of_two(quantum);
}

}  // namespace

float e8m0_value(std::uint8_t code) {
  if (code == kE8m0Nan) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(power_of_two(code - kBias));  // exact, 2^-127 as a subnormal
}

float e8m0_reciprocal(std::uint8_t code) {
  if (code == kE8m0Nan) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(power_of_two(kBias - code));
}

E8m0Rules e8m0_rules(const Format& format, const Knobs& knobs) {
  const double max = element_max(format, knobs);
  E8m0Rules rules;
  rules.round = static_cast<fp8oracle_e8m0_round>(knobs.e8m0_round);
  rules.of_inf = knobs.e8m0_of_inf == FP8ORACLE_E8M0_INF_IS_255 ? 255 : 254;
  rules.of_zero = knobs.e8m0_of_zero == FP8ORACLE_E8M0_ZERO_IS_127 ? 127 : 0;
  rules.max_reciprocal = 1.0f / static_cast<float>(max);
  rules.emax = floor_log2(max);
  rules.mantissa_bits = static_cast<int>(format.mantissa_bits);
  return rules;
}

bool counts_as_inf(const E8m0Rules& rules, float amax) {
  if (std::isinf(amax)) return true;
  return rules.round == FP8ORACLE_E8M0_EVEN && round_significand(rules, amax) >= 0x1p128;
}

int e8m0_exponent(const E8m0Rules& rules, float amax) {
  switch (rules.round) {
    case FP8ORACLE_E8M0_FLOOR: return floor_log2(static_cast<double>(amax)) - rules.emax;
    case FP8ORACLE_E8M0_CEIL: return ceil_log2(static_cast<double>(amax)) - rules.emax;
    case FP8ORACLE_E8M0_EVEN: return floor_log2(round_significand(rules, amax)) - rules.emax;
    case FP8ORACLE_E8M0_UP: break;
  }
  const float product = amax * rules.max_reciprocal;  // one FP32 rounding, subnormals kept
  return product == 0.0f ? -kBias : ceil_log2(static_cast<double>(product));
}

std::uint8_t e8m0_of_amax(const E8m0Rules& rules, float amax) {
  if (std::isnan(amax)) return kE8m0Nan;
  if (amax == 0.0f) return rules.of_zero;
  if (counts_as_inf(rules, amax)) return rules.of_inf;
  return static_cast<std::uint8_t>(std::clamp(e8m0_exponent(rules, amax) + kBias, 0, kLargestCode));
}

}  // namespace fp8oracle::reference
