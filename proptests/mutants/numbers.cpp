// SPDX-License-Identifier: Apache-2.0
#include "numbers.h"

#include <algorithm>
#include <cmath>

namespace fp8oracle::mutants {
namespace {

constexpr unsigned kFloatMantissaBits = 23;
constexpr int kFloatBias = 127;
constexpr unsigned kMaxShift = 31;

// Inf and NaN keep their class; everything else is rounded to the narrower format.
std::uint16_t narrow(float value, unsigned mantissa_bits, int emin, std::uint32_t inf_code,
                     ShiftRight shift_right) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t absolute = bits & kAbsMask;
  std::uint32_t code = inf_code;
  if (absolute > kInfBits) {
    code = inf_code | (1u << (mantissa_bits - 1));
  } else if (absolute < kInfBits) {
    code = std::min(magnitude_code(bits, mantissa_bits, emin, shift_right), inf_code);
  }
  return static_cast<std::uint16_t>(sign | code);
}

}  // namespace

std::uint32_t shift_right_even(std::uint32_t significand, unsigned shift, bool) {
  if (shift == 0) return significand;
  const std::uint32_t kept = significand >> shift;
  const std::uint32_t rest = significand & ((1u << shift) - 1u);
  const std::uint32_t half = 1u << (shift - 1);
  const bool up = rest > half || (rest == half && (kept & 1u) != 0);
  return kept + (up ? 1u : 0u);
}

std::uint32_t shift_right_truncate(std::uint32_t significand, unsigned shift, bool) {
  return significand >> shift;
}

std::uint32_t magnitude_code(std::uint32_t float_bits, unsigned mantissa_bits, int emin,
                             ShiftRight shift_right) {
  const std::uint32_t absolute = float_bits & kAbsMask;
  const bool negative = float_bits != absolute;
  const int field = static_cast<int>(absolute >> kFloatMantissaBits);
  const std::uint32_t fraction = absolute & kMantissaMask;
  // value = significand * 2^(exponent - 23)
  const int exponent = std::max(field, 1) - kFloatBias;
  const std::uint32_t significand = field == 0 ? fraction : fraction | (1u << kFloatMantissaBits);
  const int binade = std::max(exponent, emin);
  const int shift =
      binade - exponent + static_cast<int>(kFloatMantissaBits) - static_cast<int>(mantissa_bits);
  const unsigned clamped = std::min(static_cast<unsigned>(shift), kMaxShift);
  const std::uint32_t quanta = shift_right(significand, clamped, negative);
  // A normal number's hidden bit carries one into the exponent field.
  return (static_cast<std::uint32_t>(binade - emin) << mantissa_bits) + quanta;
}

float from_bf16(std::uint16_t bits) { return from_bits(static_cast<std::uint32_t>(bits) << 16); }

float from_f16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16;
  const std::uint32_t field = (bits >> 10) & 0x1Fu;
  std::uint32_t fraction = bits & 0x3FFu;
  if (field == 31) return from_bits(sign | kInfBits | (fraction << 13));
  if (field != 0) return from_bits(sign | ((field + 112u) << 23) | (fraction << 13));
  if (fraction == 0) return from_bits(sign);
  std::uint32_t exponent = 113;  // 2^-14; one less for every leading zero
  while ((fraction & 0x400u) == 0) {
    fraction <<= 1;
    --exponent;
  }
  return from_bits(sign | (exponent << 23) | ((fraction & 0x3FFu) << 13));
}

float widen(const std::uint8_t* at, std::uint32_t type) {
  if (type == FP8ORACLE_F32) return read_float(at);
  std::uint16_t bits = 0;
  std::memcpy(&bits, at, sizeof bits);
  return type == FP8ORACLE_BF16 ? from_bf16(bits) : from_f16(bits);
}

std::uint16_t to_bf16(float value, ShiftRight shift_right) {
  return narrow(value, 7, -126, 0x7F80u, shift_right);
}
std::uint16_t to_f16(float value, ShiftRight shift_right) {
  return narrow(value, 10, -14, 0x7C00u, shift_right);
}

float decode(std::uint8_t code, const Format& format) {
  if (format.nan_code == 0x80u && code == 0x80u) return from_bits(kNanBits);
  const std::uint32_t absolute = code & 0x7Fu;
  const std::uint32_t sign = (code & 0x80u) << 24;
  if (absolute > format.max_code) {
    const bool infinite = format.inf_code != 0 && absolute == format.inf_code;
    return from_bits(sign | (infinite ? kInfBits : kNanBits));
  }
  const auto field = static_cast<int>(absolute >> format.mantissa_bits);
  const std::uint32_t hidden = field > 0 ? 1u << format.mantissa_bits : 0u;
  const std::uint32_t integer = (absolute & ((1u << format.mantissa_bits) - 1u)) + hidden;
  const int exponent = std::max(field, 1) - format.bias - static_cast<int>(format.mantissa_bits);
  return from_bits(sign | bits_of(std::ldexp(static_cast<float>(integer), exponent)));
}

float e8m0_value(std::uint8_t code) {
  if (code == 255) return from_bits(kNanBits);
  if (code == 0) return from_bits(0x00400000u);
  return from_bits(static_cast<std::uint32_t>(code) << 23);
}

float e8m0_reciprocal(std::uint8_t code) {
  if (code == 255) return from_bits(kNanBits);
  if (code == 254) return from_bits(0x00400000u);
  return from_bits(static_cast<std::uint32_t>(254 - code) << 23);
}

std::uint8_t e8m0_round_up(float p) {
  const std::uint32_t bits = bits_of(p);
  const std::uint32_t field = bits >> 23;
  const std::uint32_t fraction = bits & kMantissaMask;
  if (field == 0) return fraction > 0x00400000u ? 1 : 0;  // 2^-127 is code 0, 2^-126 code 1
  return static_cast<std::uint8_t>(std::min(field + (fraction != 0 ? 1u : 0u), 254u));
}

}  // namespace fp8oracle::mutants
