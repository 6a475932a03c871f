// SPDX-License-Identifier: Apache-2.0
#include "e8m0.h"

#include "element_rule.h"
#include "element_types.h"

namespace fp8oracle::cpu {
namespace {

constexpr std::int32_t kToNextPower = 0x007FFFFF;

// Exponent of the largest value that is written.
std::int32_t element_emax(const Format& format, const Knobs& knobs) {
  const std::int32_t max_bits = std::bit_cast<std::int32_t>(element_max(format, knobs));
  return (max_bits >> 23) - 127;
}

}  // namespace

E8m0Rule e8m0_rule(const Format& format, const Knobs& knobs) {
  E8m0Rule rule;
  const bool whole_block_nan = knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  rule.inf_from = kFloatInfBits;
  const bool inf_is_nan = whole_block_nan || knobs.e8m0_of_inf == FP8ORACLE_E8M0_INF_IS_255;
  rule.of_inf = inf_is_nan ? kE8m0Nan : kE8m0Largest;
  rule.of_zero = knobs.e8m0_of_zero == FP8ORACLE_E8M0_ZERO_IS_127 ? kE8m0One : 0;
  rule.propagate_nan = whole_block_nan || knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN;
  switch (knobs.e8m0_round) {
    case FP8ORACLE_E8M0_UP:
      // Differs from the exact quotient for one amax a format, 0x04600001 (E4M3) and 0x07E00001
      // (E5M2), where the product rounds down to 2^-127 [K16].
      rule.factor = 1.0f / element_max(format, knobs);
      rule.add = kToNextPower;
      rule.zero_upto = 0x00400000;
      return rule;
    case FP8ORACLE_E8M0_CEIL: rule.add = kToNextPower; break;
    case FP8ORACLE_E8M0_EVEN:
      rule.add = 1 << (22 - static_cast<int>(format.mantissa_bits));
      rule.inf_from = kFloatInfBits - rule.add;
      break;
    default: break;
  }
  rule.subtract = element_emax(format, knobs);
  return rule;
}

}  // namespace fp8oracle::cpu
