// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"

// The arithmetic of the mutants' kernel, on integers: a third way to the same bits, which shares
// nothing with reference/ (value space) or optimized/ (vectors, hardware conversions).
namespace fp8oracle::mutants {

inline std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }
inline float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }
inline float read_float(const void* at) {
  float value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}
inline void write_float(void* at, float value) { std::memcpy(at, &value, sizeof value); }

inline constexpr std::uint32_t kAbsMask = 0x7FFFFFFFu;
inline constexpr std::uint32_t kInfBits = 0x7F800000u;
inline constexpr std::uint32_t kNanBits = 0x7FC00000u;
inline constexpr std::uint32_t kMantissaMask = 0x007FFFFFu;
inline constexpr float kFloatMax = 0x1.fffffep127f;

inline bool is_nan(float value) { return (bits_of(value) & kAbsMask) > kInfBits; }
inline bool is_inf(float value) { return (bits_of(value) & kAbsMask) == kInfBits; }
inline float magnitude(float value) { return from_bits(bits_of(value) & kAbsMask); }
inline bool is_subnormal(float value) {
  const std::uint32_t bits = bits_of(value) & kAbsMask;
  return bits != 0 && bits < 0x00800000u;
}

/// Rounds significand / 2^shift to an integer. `negative` is the sign of the whole number, which
/// only a directed rule looks at. shift in 0..31.
using ShiftRight = std::uint32_t (*)(std::uint32_t significand, unsigned shift, bool negative);

/// To nearest, ties to even.
std::uint32_t shift_right_even(std::uint32_t significand, unsigned shift, bool negative);
std::uint32_t shift_right_truncate(std::uint32_t significand, unsigned shift, bool negative);

/// The code (without sign) of a finite number in a format of `mantissa_bits` whose smallest normal
/// exponent is `emin`, as if the exponent field had no end: the caller compares with the largest
/// code.
std::uint32_t magnitude_code(std::uint32_t float_bits, unsigned mantissa_bits, int emin,
                             ShiftRight shift_right);

/// The input element as FP32: exact.
float widen(const std::uint8_t* at, std::uint32_t type);
/// FP32 rounded once to the 16-bit types, as bits; overflow gives Inf.
std::uint16_t to_bf16(float value, ShiftRight shift_right = shift_right_even);
std::uint16_t to_f16(float value, ShiftRight shift_right = shift_right_even);
float from_bf16(std::uint16_t bits);
float from_f16(std::uint16_t bits);
inline float through_bf16(float value) { return from_bf16(to_bf16(value)); }
inline float through_f16(float value) { return from_f16(to_f16(value)); }

/// What an element code stands for (backend.h). Exact.
float decode(std::uint8_t code, const Format& format);

/// 2^(code - 127), 255 -> NaN [K15].
float e8m0_value(std::uint8_t code);
/// 2^(127 - code), 254 -> 2^-127, 255 -> NaN [K15].
float e8m0_reciprocal(std::uint8_t code);
/// The smallest code whose value is >= p (p finite, > 0), at most 254 [K16].
std::uint8_t e8m0_round_up(float p);

}  // namespace fp8oracle::mutants
