// SPDX-License-Identifier: Apache-2.0
#include "reference/describe.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>

#include "fp8oracle/profile.h"
#include "reference/value_space.h"

namespace fp8oracle::reference {
namespace {

constexpr std::size_t kLabelWidth = 12;

template <typename... Values>
std::string print(const char* pattern, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

std::string bits(unsigned value, unsigned width) {
  std::string text;
  for (unsigned bit = width; bit-- > 0;) text += (value >> bit & 1u) != 0 ? '1' : '0';
  return text;
}

}  // namespace

std::string decimal(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "Inf";
  return print("%.9g", value);
}

std::string hex_float(double value) { return print("%a", value); }

std::string number(float value) {
  const std::string bits_of =
      " (bits " + print("0x%08x", std::bit_cast<std::uint32_t>(value)) + ")";
  const auto wide = static_cast<double>(value);
  return std::isfinite(value) ? decimal(wide) + " = " + hex_float(wide) + bits_of
                              : decimal(wide) + bits_of;
}

std::string power(int exponent) {
  return "2^" + std::to_string(exponent) + " = " + decimal(power_of_two(exponent));
}

std::string hex_code(unsigned code) { return print("0x%02x", code); }

std::string code_bits(const Format& format, std::uint8_t code) {
  const unsigned magnitude = code & 0x7Fu;
  return hex_code(code) + " = " + bits(code >> 7u, 1) + "." +
         bits(magnitude >> format.mantissa_bits, format.exponent_bits) + "." +
         bits(magnitude & format.mantissa_mask(), format.mantissa_bits);
}

std::string knob_setting(const Knobs& knobs, std::uint32_t Knobs::*field) {
  for (const Knob& knob : fp8oracle::knobs()) {
    if (knob.field != field) continue;
    return std::string(knob.name) + " = " + std::string(knob.values.at(knobs.*field));
  }
  return "an unknown knob";
}

std::string line(const std::string& label, const std::string& text) {
  const std::size_t padding = label.size() < kLabelWidth ? kLabelWidth - label.size() : 0;
  return label + std::string(padding, ' ') + "= " + text;
}

}  // namespace fp8oracle::reference
