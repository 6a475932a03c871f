// SPDX-License-Identifier: Apache-2.0
#include "e8m0_rule.h"

#include <limits>

namespace fp8oracle::cuda {
namespace {

constexpr std::uint32_t kToNextPower = 0x007FFFFF;
constexpr std::uint32_t kInfBits = 0x7F800000;
constexpr std::uint32_t kSmallestScaleBits = 0x00400000;  // 2^-127
constexpr std::int32_t kCodeOfOne = 127;
constexpr std::int32_t kLargestCode = 254;
constexpr std::int32_t kNanCode = 255;

/// (2 - ulp) * 2^emax: the largest value of a format whose finite codes end below the last one.
float largest_value(const Format& format) {
  const unsigned m = format.mantissa_bits;
  auto significand = static_cast<float>((format.max_code & format.mantissa_mask()) + (1u << m));
  for (int e = format.emax() - static_cast<int>(m); e > 0; --e) significand *= 2.0f;
  for (int e = format.emax() - static_cast<int>(m); e < 0; ++e) significand *= 0.5f;
  return significand;
}

}  // namespace

E8m0Rule e8m0_rule(const Format& format, const Knobs& knobs) {
  const bool whole_block_nan = knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  const bool keep_nan = whole_block_nan || knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN;
  E8m0Rule rule{};
  rule.factor = 1.0f;
  rule.subtract = format.emax();
  rule.inf_from = kInfBits;
  const bool inf_is_nan = whole_block_nan || knobs.e8m0_of_inf == FP8ORACLE_E8M0_INF_IS_255;
  rule.of_inf = inf_is_nan ? kNanCode : kLargestCode;
  rule.of_zero = knobs.e8m0_of_zero == FP8ORACLE_E8M0_ZERO_IS_127 ? kCodeOfOne : 0;
  rule.nan_floor = keep_nan ? std::numeric_limits<float>::quiet_NaN() : 0.0f;
  switch (knobs.e8m0_round) {
    case FP8ORACLE_E8M0_FLOOR: break;
    case FP8ORACLE_E8M0_CEIL: rule.add = kToNextPower; break;
    case FP8ORACLE_E8M0_EVEN:
      rule.add = 1u << (22u - format.mantissa_bits);
      rule.inf_from = kInfBits - rule.add;
      break;
    default:
      rule.factor = 1.0f / largest_value(format);
      rule.add = kToNextPower;
      rule.subtract = 0;
      rule.zero_upto = kSmallestScaleBits;
      break;
  }
  return rule;
}

}  // namespace fp8oracle::cuda
