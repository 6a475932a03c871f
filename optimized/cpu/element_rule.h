// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::cpu {

/// What a format and the element knobs of a profile are to the vector codec: integer constants on
/// the bits of the scaled FP32 value y.
///
///   E    = max(exponent field of |y|, emin)                as bits, mantissa zero
///   n    = |y| / 2^(E - m), rounded to even by adding a float whose ulp is that quantum
///   code = ((E - emin) << m) + n                           normal and subnormal alike
///
/// The added float has the bits E + magic; the low bits of magic cancel emin << m, so that the code
/// stands in the low seven bits of the sum of both terms.
struct ElementRule {
  std::int32_t mantissa_bits = 0;
  std::int32_t code_shift = 0;  ///< 23 - m: from an FP32 exponent field to a code's
  std::int32_t emin_bits = 0;   ///< FP32 bits of 2^emin
  std::int32_t max_bits = 0;    ///< FP32 bits of the largest value that is written
  std::int32_t magic = 0;

  /// Saturates, NaN is one code, signs and subnormals are kept: the fast path. False: the fields
  /// below decide.
  bool plain = false;
  std::int32_t overflow_from = 0;  ///< smallest |y| bits that round above the largest code
  std::int32_t smallest_code = 0;  ///< a code below it becomes zero
  std::int32_t zero_sign = 0;      ///< 0x80 where a zero keeps its sign, else 0
  std::int32_t overflow_code = 0, overflow_sign = 0;  ///< the sign mask is 0x80 or 0
  std::int32_t inf_code = 0, inf_sign = 0;
  std::int32_t nan_code = 0, nan_sign = 0;
};

/// Why the vector codec cannot honour this format with these knobs, or nothing.
std::optional<std::string> unsupported_element(const Format& format, const Knobs& knobs);

/// Precondition: unsupported_element() found nothing.
ElementRule element_rule(const Format& format, const Knobs& knobs);

/// The value of the largest code that is written: `max` in the formulas of scales. Exact.
float element_max(const Format& format, const Knobs& knobs);

/// What the decoder needs of a format.
struct DecodeRule {
  std::int32_t mantissa_bits = 0;
  std::int32_t code_shift = 0;  ///< 23 - m
  std::int32_t rebias = 0;      ///< (127 - bias) << 23
  float subnormal_quantum = 0;  ///< 2^(emin - m)
  std::int32_t max_code = 0;
  std::int32_t inf_code = 0;  ///< a magnitude that no code has where the format has no Inf
  bool fnuz = false;          ///< 0x80 is NaN
};
DecodeRule decode_rule(const Format& format);

}  // namespace fp8oracle::cpu
