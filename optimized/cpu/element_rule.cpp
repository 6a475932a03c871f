// SPDX-License-Identifier: Apache-2.0
#include "element_rule.h"

#include <bit>

namespace fp8oracle::cpu {
namespace {

constexpr std::int32_t kFloatBias = 127;
constexpr std::int32_t kFloatMantissa = 23;
constexpr std::int32_t kSign = Format::kSignMask;

std::int32_t power_of_two_bits(int exponent) { return (exponent + kFloatBias) << kFloatMantissa; }

float power_of_two(int exponent) { return std::bit_cast<float>(power_of_two_bits(exponent)); }

// Codes below 2^m are m quanta; above, the code's exponent field shifts the quantum. `code` may lie
// one above the format's last one: the grid goes on.
float grid_value(const Format& format, unsigned code) {
  const unsigned m = format.mantissa_bits;
  const unsigned e = code >> m;
  const unsigned significand = (code & format.mantissa_mask()) + (e > 0 ? 1u << m : 0u);
  const int quantum = format.emin() + (e > 0 ? static_cast<int>(e) - 1 : 0) - static_cast<int>(m);
  return static_cast<float>(significand) * power_of_two(quantum);
}

// The midpoint of two neighbours on the grid has one bit more than they have: exact in FP32. A tie
// goes to the even code, so it overflows when the largest code is odd.
std::int32_t first_overflow(const Format& format, unsigned max_code) {
  const float midpoint = (grid_value(format, max_code) + grid_value(format, max_code + 1)) * 0.5f;
  return std::bit_cast<std::int32_t>(midpoint) + (max_code % 2 == 0 ? 1 : 0);
}

}  // namespace

std::optional<std::string> unsupported_element(const Format& format, const Knobs& knobs) {
  const int m = static_cast<int>(format.mantissa_bits);
  // The quantum must be a normal FP32 value and the added float must stay finite.
  if (format.emin() - m < -120) return "scheme.format: its smallest value is below 2^-120";
  if (format.emax() > 96) return "scheme.format: its largest value is 2^97 or more";
  const bool nan_is_fnuz = knobs.element_nan == FP8ORACLE_NAN_FNUZ;
  if (nan_is_fnuz != format.is_fnuz()) {
    return "scheme.knobs.element.nan_code: 0x80 goes with a format whose NaN is 0x80, and only "
           "with it";
  }
  return std::nullopt;
}

ElementRule element_rule(const Format& format, const Knobs& knobs) {
  ElementRule rule;
  rule.mantissa_bits = static_cast<std::int32_t>(format.mantissa_bits);
  rule.code_shift = kFloatMantissa - rule.mantissa_bits;
  rule.emin_bits = power_of_two_bits(format.emin());
  rule.max_bits = std::bit_cast<std::int32_t>(grid_value(format, knobs.element_max_code));
  // Even because m >= 1: the tie rule sees the parity of n alone.
  const std::int32_t cancel = -(rule.emin_bits >> rule.code_shift) & 0x7F;
  rule.magic = (rule.code_shift << kFloatMantissa) + cancel;

  rule.overflow_from = first_overflow(format, knobs.element_max_code);
  rule.smallest_code = knobs.element_subnormals == FP8ORACLE_DROP ? 1 << rule.mantissa_bits : 1;
  // A format whose NaN sits on 0x80 has no negative zero to keep.
  const bool drop_zero_sign = knobs.element_negative_zero == FP8ORACLE_DROP || format.is_fnuz();
  rule.zero_sign = drop_zero_sign ? 0 : kSign;
  rule.nan_code = static_cast<std::int32_t>(format.nan_code);
  const bool keep_nan_sign =
      knobs.element_nan == FP8ORACLE_NAN_KEEP_SIGN || knobs.element_nan == FP8ORACLE_NAN_ANY_SIGN;
  rule.nan_sign = keep_nan_sign ? kSign : 0;
  rule.overflow_code = static_cast<std::int32_t>(knobs.element_max_code);
  rule.overflow_sign = kSign;
  if (knobs.element_overflow == FP8ORACLE_OVERFLOW_INF && format.has_inf()) {
    rule.overflow_code = static_cast<std::int32_t>(format.inf_code);
  } else if (knobs.element_overflow != FP8ORACLE_OVERFLOW_SATURATE) {
    rule.overflow_code = rule.nan_code;
    rule.overflow_sign = rule.nan_sign;
  }
  const bool saturate_inf = knobs.element_inf == FP8ORACLE_INF_SATURATE;
  rule.inf_code =
      saturate_inf ? static_cast<std::int32_t>(knobs.element_max_code) : rule.overflow_code;
  rule.inf_sign = saturate_inf ? kSign : rule.overflow_sign;

  rule.plain = knobs.element_overflow == FP8ORACLE_OVERFLOW_SATURATE && rule.nan_sign == 0 &&
               rule.smallest_code == 1 && !drop_zero_sign;
  return rule;
}

float element_max(const Format& format, const Knobs& knobs) {
  return grid_value(format, knobs.element_max_code);
}

DecodeRule decode_rule(const Format& format) {
  DecodeRule rule;
  rule.mantissa_bits = static_cast<std::int32_t>(format.mantissa_bits);
  rule.code_shift = kFloatMantissa - rule.mantissa_bits;
  rule.rebias = (kFloatBias - format.bias) << kFloatMantissa;
  rule.subnormal_quantum = power_of_two(format.emin() - rule.mantissa_bits);
  rule.max_code = static_cast<std::int32_t>(format.max_code);
  rule.inf_code = format.has_inf() ? static_cast<std::int32_t>(format.inf_code) : 0x100;
  rule.fnuz = format.is_fnuz();
  return rule;
}

}  // namespace fp8oracle::cpu
