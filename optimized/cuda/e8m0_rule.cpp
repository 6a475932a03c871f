// SPDX-License-Identifier: Apache-2.0
#include "e8m0_rule.h"

#include <limits>

#include "fp8oracle/format.h"

namespace fp8oracle::cuda {
namespace {

constexpr std::uint32_t kToNextPower = 0x007FFFFF;
constexpr std::uint32_t kInfBits = 0x7F800000;
constexpr std::uint32_t kSmallestScaleBits = 0x00400000;  // 2^-127
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

E8m0Rule e8m0_rule(const fp8oracle_format& abi, const fp8oracle_knobs& knobs) {
  const Format format = format_from_abi(abi);
  const bool whole_block_nan = knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  const bool keep_nan = whole_block_nan || knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN;
  E8m0Rule rule{};
  rule.factor = 1.0f;
  rule.subtract = format.emax();
  rule.inf_from = kInfBits;
  rule.of_inf = whole_block_nan ? kNanCode : static_cast<std::int32_t>(knobs.e8m0_of_inf);
  rule.of_zero = static_cast<std::int32_t>(knobs.e8m0_of_zero);
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
