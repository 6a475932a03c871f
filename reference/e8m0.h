// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::reference {

// E8M0, the scale format of MX (OCP MX rev 1.0 section 5.4.1): 8 exponent bits and nothing else.

inline constexpr std::uint8_t kE8m0Nan = 255;

/// The 256 rows of the table:  c -> 2^(c - 127) for 0...254, 255 -> NaN [K15].
float e8m0_value(std::uint8_t code);
/// 1 / e8m0_value(code), exactly: 2^(127 - c). That of 254 is the subnormal 2^-127.
float e8m0_reciprocal(std::uint8_t code);

/// What the knobs and the format mean for the scale of a block, derived once before the loop.
struct E8m0Rules {
  fp8oracle_e8m0_round round = FP8ORACLE_E8M0_UP;
  std::uint8_t of_inf = 254;
  std::uint8_t of_zero = 0;
  float max_reciprocal = 0.0f;  ///< RN(1 / max), max = the value of element_max_code
  int emax = 0;                 ///< floor(log2(max))
  int mantissa_bits = 0;
};
E8m0Rules e8m0_rules(const Format& format, const Knobs& knobs);

/// Whether the rule takes this amax (not NaN) for an infinite one: Inf itself, and under `even`
/// what rounds to 2^128.
bool counts_as_inf(const E8m0Rules& rules, float amax);

/// The power of two, as its exponent and before clamping, that the rule gives a finite amax > 0
/// [K16]:
///
///   up      smallest n with 2^n >= RN(amax * RN(1 / max))
///   floor   floor(log2(amax)) - emax
///   ceil    ceil(log2(amax)) - emax
///   even    floor(log2(amax rounded to mantissa_bits, ties to even)) - emax
///
/// `up` differs from the exact quotient amax / max for one amax a format, where the FP32 product
/// rounds down to 2^-127: 0x04600001 (E4M3) and 0x07E00001 (E5M2). A product of 0 gives the lowest
/// exponent.
int e8m0_exponent(const E8m0Rules& rules, float amax);

/// The scale code of a block:  clamp(e8m0_exponent(amax) + 127, 0, 254) for a finite amax > 0;
/// 0 and Inf by the knobs e8m0.of_zero and e8m0.of_inf, NaN -> 255.
std::uint8_t e8m0_of_amax(const E8m0Rules& rules, float amax);

}  // namespace fp8oracle::reference
