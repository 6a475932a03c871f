// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "fp8oracle/scheme.h"
#include "reference/block.h"
#include "reference/codec.h"
#include "reference/describe.h"
#include "reference/explain.h"
#include "reference/narrow.h"
#include "reference/value_space.h"
#include "reference/widen.h"

namespace fp8oracle::reference {
namespace {

using Lines = std::vector<std::string>;
using Block = Eigen::Map<const Eigen::Array<float, 1, Eigen::Dynamic>>;
using K = Knobs;

std::string where(const Block& block, float amax) {
  for (Eigen::Index i = 0; i < block.size(); ++i) {
    if (std::fabs(block(i)) == amax) return ", first at element " + std::to_string(i);
  }
  return "";
}

void append_amax(Lines& lines, const Block& block, const Knobs& knobs, float amax) {
  lines.push_back(line("amax", "max|x| of " + std::to_string(block.size()) +
                                   " elements = " + number(amax) + where(block, amax)));
  const auto nans = block.isNaN().count();
  if (nans == 0) return;
  lines.push_back(line("NaN", std::to_string(nans) + " of the elements: " +
                                  (knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN
                                       ? knob_setting(knobs, &K::block_special)
                                       : knob_setting(knobs, &K::amax_nan))));
}

/// The rule `up` has an FP32 product in it, which is shown with its one exception [K16].
void append_up(Lines& lines, const Format& format, const Knobs& knobs, const E8m0Rules& rules,
               float amax) {
  const double max = element_max(format, knobs);
  const float product = amax * rules.max_reciprocal;
  const int exponent = e8m0_exponent(rules, amax);
  lines.push_back(line("1/max", "RN(1 / " + decimal(max) + ") = " + number(rules.max_reciprocal)));
  lines.push_back(line("p", "RN(amax * RN(1/max)) = " + number(product)));
  lines.push_back(line("rule", knob_setting(knobs, &K::e8m0_round) +
                                   ": the smallest power of two >= p, 2^" +
                                   std::to_string(exponent)));
  if (static_cast<double>(amax) > max * power_of_two(exponent) && exponent >= -127) {
    lines.push_back(line("note", "amax / " + decimal(max) + " is a little more than 2^" +
                                     std::to_string(exponent) +
                                     ": the FP32 product rounded it down"));
  }
}

/// The rules floor, ceil and even read the exponent of amax and subtract that of max.
void append_exponent_rule(Lines& lines, const Knobs& knobs, const E8m0Rules& rules, float amax) {
  const int exponent = e8m0_exponent(rules, amax);
  const std::string rounded =
      "amax rounded to " + std::to_string(rules.mantissa_bits) + " mantissa bits";
  const std::string formula = rules.round == FP8ORACLE_E8M0_CEIL ? "ceil(log2(amax))"
                              : rules.round == FP8ORACLE_E8M0_FLOOR
                                  ? "floor(log2(amax))"
                                  : "floor(log2(" + rounded + "))";
  lines.push_back(line("rule", knob_setting(knobs, &K::e8m0_round) + ": 2^(" + formula +
                                   " - emax) = 2^(" + std::to_string(exponent + rules.emax) +
                                   " - " + std::to_string(rules.emax) + ") = 2^" +
                                   std::to_string(exponent)));
}

std::string special_amax(const Knobs& knobs, const E8m0Rules& rules, float amax) {
  if (std::isnan(amax)) return "amax is NaN: the NaN code";
  if (amax == 0.0f) return "amax is zero: " + knob_setting(knobs, &K::e8m0_of_zero);
  const std::string inf =
      std::isinf(amax) ? "amax is infinite: " : "amax rounds to 2^128, as infinite: ";
  if (!counts_as_inf(rules, amax)) return "";
  return inf + (knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN
                    ? knob_setting(knobs, &K::block_special)
                    : knob_setting(knobs, &K::e8m0_of_inf));
}

void append_code(Lines& lines, std::uint8_t code, int exponent, bool from_exponent) {
  if (code == kE8m0Nan) {
    lines.push_back(line("code", "255 = 0xff, NaN: all codes of the block are NaN"));
    return;
  }
  const std::string clamped = exponent + 127 == code ? "" : ", clamped to 0...254";
  const std::string sum = std::to_string(exponent) + " + 127" + clamped + " = ";
  lines.push_back(
      line("code", (from_exponent ? sum : "") + std::to_string(code) + " = " + hex_code(code)));
  lines.push_back(line("scale_inv", power(code - 127) + ", stored; multiplies codes back"));
  lines.push_back(
      line("factor", power(127 - code) + ", its exact reciprocal; multiplies the data"));
}

}  // namespace

Lines derive_block_scale(const Format& format, const Knobs& knobs, std::span<const float> block) {
  const Block x(block.data(), static_cast<Eigen::Index>(block.size()));
  const E8m0Rules rules = e8m0_rules(format, knobs);
  const bool whole = knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  const float amax = whole ? max_propagating_nan(x) : max_magnitude(x, knobs);

  Lines lines;
  append_amax(lines, x, knobs, amax);
  const std::string special = special_amax(knobs, rules, amax);
  if (!special.empty()) {
    lines.push_back(line("special", special));
  } else if (rules.round == FP8ORACLE_E8M0_UP) {
    append_up(lines, format, knobs, rules, amax);
  } else {
    append_exponent_rule(lines, knobs, rules, amax);
  }
  const int exponent = special.empty() ? e8m0_exponent(rules, amax) : 0;
  append_code(lines, block_scale_inv(x, rules, knobs), exponent, special.empty());
  return lines;
}

Lines derive_scale_from_amax(const Format& format, const Knobs& knobs, float amax,
                             const ScaleOptions& options) {
  const float scale = scale_from_amax(amax, format, knobs, options);
  const float floored = amax < options.eps ? options.eps : amax;
  Lines lines{line("amax", number(amax))};
  if (options.eps > 0)
    lines.push_back(
        line("floored", "max(amax, eps = " + decimal(options.eps) + ") = " + number(floored)));
  if (floored == 0.0f || !std::isfinite(floored)) {
    lines.push_back(
        line("bad amax", "0, Inf or NaN: " + knob_setting(knobs, &K::scale_of_bad_amax)));
  } else {
    const double max = element_max(format, knobs);
    const float quotient = static_cast<float>(max) / floored;
    lines.push_back(line("quotient", "RN(" + decimal(max) + " / amax) = " + number(quotient)));
    if (std::isinf(quotient))
      lines.push_back(line("overflow", knob_setting(knobs, &K::scale_overflow)));
    const bool pow2 = options.pow2 || knobs.scale_pow2 != 0;
    if (pow2) lines.push_back(line("pow2", "truncated to a power of two"));
  }
  lines.push_back(line("scale", number(scale)));
  return lines;
}

Lines derive_scale_inv(const Knobs& knobs, float scale) {
  const float exact = 1.0f / scale;
  const float scale_inv = scale_inverse(scale, knobs);
  Lines lines{line("scale", number(scale)), line("reciprocal", "RN(1 / scale) = " + number(exact))};
  if (std::fpclassify(exact) == FP_SUBNORMAL) {
    lines.push_back(line("subnormal", knob_setting(knobs, &K::scale_inv_subnormals)));
  }
  lines.push_back(line("scale_inv", number(scale_inv)));
  return lines;
}

Lines derive_value(const Format& format, std::uint8_t code, float scale_inv, fp8oracle_type type) {
  const auto value = static_cast<float>(decode(format, code));
  const float product = value * scale_inv;
  Lines lines{line("code", code_bits(format, code) + " (sign.exponent.mantissa)"),
              line("value", decimal(static_cast<double>(value))),
              line("scale_inv", number(scale_inv)),
              line("product", "RN(value * scale_inv) = " + number(product))};
  if (type != FP8ORACLE_F32) {
    const std::uint16_t bits =
        type == FP8ORACLE_BF16 ? narrow_to_bf16(product) : narrow_to_f16(product);
    const float y = type == FP8ORACLE_BF16 ? widen_bf16(bits) : widen_f16(bits);
    lines.push_back(
        line("output", "rounded to " + std::string(to_string(type)) + " = " + number(y)));
  }
  return lines;
}

}  // namespace fp8oracle::reference
