// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace fp8oracle::reference {

// The arithmetic of rounding, in value space. Everything is a double, and every step except
// round_half_even is exact: FP32 values and their products fit a double with room to spare.

/// floor(log2(v)) for a normal v >= 0; below every exponent of a format for 0.
/// Reads the double's own exponent field.
inline int floor_log2(double v) {
  return static_cast<int>(std::bit_cast<std::uint64_t>(v) >> 52) - 1023;
}

/// 2^e exactly, for -1022 <= e <= 1023.
inline double power_of_two(int e) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52);
}

/// The smallest n with 2^n >= v, for a normal v > 0.
inline int ceil_log2(double v) {
  const int floor = floor_log2(v);
  return v > power_of_two(floor) ? floor + 1 : floor;
}

/// The nearest integer, ties to even, for 0 <= v < 2^51: at 2^52 and above the doubles *are* the
/// integers, so the addition rounds.
inline double round_half_even(double v) { return (v + 0x1p52) - 0x1p52; }

/// log2 of the distance between the neighbours of `magnitude` in a format with `mantissa_bits`
/// whose smallest normal value is 2^emin: the subnormals share the quantum of the first binade.
inline int quantum_exponent(double magnitude, int mantissa_bits, int emin) {
  return std::max(floor_log2(magnitude), emin) - mantissa_bits;
}

/// The nearest code (without sign) of a finite magnitude; a tie goes to the even code.
///
///   quantum = 2^(max(floor(log2 magnitude), emin) - mantissa_bits)
///   code    = round_half_even(magnitude / quantum) + (binades above emin) * 2^mantissa_bits
///
/// Codes are consecutive in value, so a carry out of the significand is already the next code. The
/// format has no end here: what is too big gets a code above the largest one.
inline unsigned nearest_code(double magnitude, int mantissa_bits, int emin) {
  const int quantum = quantum_exponent(magnitude, mantissa_bits, emin);
  const double quanta = magnitude * power_of_two(-quantum);  // exact: a power of two
  const int binades = quantum + mantissa_bits - emin;
  return static_cast<unsigned>(static_cast<int>(round_half_even(quanta))) +
         (static_cast<unsigned>(binades) << mantissa_bits);
}

/// The value of a finite code (without sign):  2^(max(e, 1) - 1 + emin) * ((e > 0) + m /
/// 2^mantissa_bits)
inline double finite_value(unsigned code, int mantissa_bits, int emin) {
  const unsigned hidden_one = 1u << mantissa_bits;
  const unsigned e = code >> mantissa_bits;
  const unsigned significand = (code & (hidden_one - 1u)) + (e > 0 ? hidden_one : 0u);
  const int exponent = static_cast<int>(std::max(e, 1u)) - 1 + emin - mantissa_bits;
  return static_cast<double>(significand) * power_of_two(exponent);
}

}  // namespace fp8oracle::reference
