// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "reference/codec.h"
#include "reference/describe.h"
#include "reference/e8m0.h"
#include "reference/explain.h"
#include "reference/quantize.h"
#include "reference/value_space.h"

namespace fp8oracle::reference {
namespace {

using Lines = std::vector<std::string>;

/// How an FP32 result stands to the exact number, which fits a double.
std::string rounding(float rounded, double exact) {
  if (!std::isfinite(exact)) return "";
  const auto wide = static_cast<double>(rounded);
  if (wide == exact) return ", exact";
  return std::string(", rounded ") + (wide > exact ? "up" : "down") + " from " + hex_float(exact);
}

/// What the knobs do with a product that has no place among the finite codes.
std::string special_rule(const Knobs& knobs, float product) {
  using K = Knobs;
  if (std::isnan(product)) return "NaN: " + knob_setting(knobs, &K::element_nan);
  std::string rule = knob_setting(knobs, &K::element_overflow);
  if (std::isinf(product)) rule = "infinite: " + knob_setting(knobs, &K::element_inf) + ", " + rule;
  return rule;
}

/// quanta to the nearest integer, with the reason.
std::string nearest(double quanta) {
  const double below = std::floor(quanta);
  const double rounded = round_half_even(quanta);
  if (below == quanta) return decimal(rounded) + ", exact";
  const std::string between = decimal(below) + " and " + decimal(below + 1);
  if (quanta - below == 0.5) {
    return decimal(rounded) + ", the even one: exactly halfway between " + between;
  }
  return decimal(rounded) + ", the nearer of " + between;
}

/// The codes on both sides of a number that is none, unless both are beyond the end of the format.
void append_neighbours(Lines& lines, const Format& format, double quanta, unsigned base) {
  const unsigned below = base + static_cast<unsigned>(std::floor(quanta));
  if (std::floor(quanta) == quanta || below > format.max_code) return;
  const auto show = [&](unsigned code) {
    const double value = finite_value(code, static_cast<int>(format.mantissa_bits), format.emin());
    const std::string past_end = code > format.max_code ? ", past the largest value" : "";
    return hex_code(code) + " (" + decimal(value) + past_end + ")";
  };
  lines.push_back(line("between", show(below) + " and " + show(below + 1)));
}

/// exponent, quantum, quanta, rounding, code: the formula of nearest_code(), step by step.
void append_rounding(Lines& lines, const Format& format, const Knobs& knobs, float product) {
  const int mantissa_bits = static_cast<int>(format.mantissa_bits);
  const int emin = format.emin();
  const double magnitude = std::fabs(static_cast<double>(product));
  const int quantum = quantum_exponent(magnitude, mantissa_bits, emin);
  const int exponent = quantum + mantissa_bits;
  const double quanta = magnitude * power_of_two(-quantum);
  const unsigned base = static_cast<unsigned>(exponent - emin) << mantissa_bits;
  const unsigned code = nearest_code(magnitude, mantissa_bits, emin);

  const std::string own = magnitude == 0 ? "-inf" : std::to_string(floor_log2(magnitude));
  lines.push_back(line("exponent", "max(floor(log2 |product|), emin) = max(" + own + ", " +
                                       std::to_string(emin) + ") = " + std::to_string(exponent)));
  lines.push_back(line("quantum", "2^(exponent - mantissa bits) = 2^(" + std::to_string(exponent) +
                                      " - " + std::to_string(mantissa_bits) +
                                      ") = " + power(quantum)));
  lines.push_back(line("quanta", "|product| / quantum = " + decimal(quanta)));
  append_neighbours(lines, format, quanta, base);
  lines.push_back(line("rounded", nearest(quanta)));
  lines.push_back(
      line("magnitude", "rounded + (exponent - emin) * 2^" + std::to_string(mantissa_bits) + " = " +
                            decimal(round_half_even(quanta)) + " + " + std::to_string(base) +
                            " = " + std::to_string(code) + " = " + hex_code(code)));
  if (code > knobs.element_max_code) {
    lines.push_back(line("overflow", hex_code(code) + " > " + hex_code(knobs.element_max_code) +
                                         " (" + decimal(element_max(format, knobs)) +
                                         ", the largest): " + special_rule(knobs, product)));
  }
}

void append_zero_rules(Lines& lines, const Format& format, const Knobs& knobs, float product) {
  const unsigned code = nearest_code(std::fabs(static_cast<double>(product)),
                                     static_cast<int>(format.mantissa_bits), format.emin());
  const bool flushed = code != 0 && code < element_rules(format, knobs).smallest_code;
  if (flushed) {
    lines.push_back(
        line("flushed", "exponent field 0 and " + knob_setting(knobs, &Knobs::element_subnormals)));
  }
  if ((code == 0 || flushed) && std::signbit(product)) {
    const std::string why = format.is_fnuz() ? "0x80 is the NaN of this format, zero has no sign"
                                             : knob_setting(knobs, &Knobs::element_negative_zero);
    lines.push_back(line("zero", "negative: " + why));
  }
}

/// From the FP32 product to the code and back to the value it stands for.
void append_cast(Lines& lines, const Format& format, const Knobs& knobs, float product,
                 float scale_inv) {
  if (std::isfinite(product)) {
    append_rounding(lines, format, knobs, product);
    append_zero_rules(lines, format, knobs, product);
  } else {
    lines.push_back(line("special", special_rule(knobs, product)));
  }
  const std::uint8_t code = encode(format, element_rules(format, knobs), product);
  const auto value = static_cast<float>(decode(format, code));
  lines.push_back(line("code", code_bits(format, code) + " (sign.exponent.mantissa)"));
  lines.push_back(line("value", decimal(static_cast<double>(value))));
  lines.push_back(line("dequantized", "RN(value * scale_inv) = " + number(value * scale_inv)));
}

}  // namespace

Lines derive_code(const Format& format, const Knobs& knobs, float x, float scale) {
  const float scale_inv = scale_inverse(scale, knobs);
  const float product = scaled(Tile::Constant(1, 1, x), scale, knobs)(0, 0);
  Lines lines{line("x", number(x)), line("scale", number(scale)),
              line("scale_inv", "RN(1 / scale) = " + number(scale_inv))};
  if (knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV) {
    lines.push_back(line("product", "RN(x / scale_inv) = " + number(product)));
  } else {
    const double exact = static_cast<double>(x) * static_cast<double>(scale);
    lines.push_back(
        line("product", "RN(x * scale) = " + number(product) + rounding(product, exact)));
  }
  append_cast(lines, format, knobs, product, scale_inv);
  return lines;
}

Lines derive_mx_code(const Format& format, const Knobs& knobs, float x, std::uint8_t scale_inv) {
  Lines lines{line("x", number(x))};
  if (scale_inv == kE8m0Nan) {
    lines.push_back(line("scale_inv", "code 255 = NaN: every element of the block is NaN"));
    append_cast(lines, format, knobs, std::numeric_limits<float>::quiet_NaN(),
                e8m0_value(scale_inv));
    return lines;
  }
  const float factor = e8m0_reciprocal(scale_inv);
  const float product = x * factor;
  const double exact = static_cast<double>(x) * static_cast<double>(factor);
  lines.push_back(
      line("scale_inv", "code " + std::to_string(scale_inv) + " = " + power(scale_inv - 127)));
  lines.push_back(line("factor", "1 / scale_inv = " + power(127 - scale_inv) + ", exact"));
  lines.push_back(
      line("product", "RN(x * factor) = " + number(product) + rounding(product, exact)));
  append_cast(lines, format, knobs, product, e8m0_value(scale_inv));
  return lines;
}

}  // namespace fp8oracle::reference
