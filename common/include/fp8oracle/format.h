// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fp8oracle/backend.h"

namespace fp8oracle {

/// An element format as data (OCP 8-bit Floating Point Specification rev 1.0, table 1).
/// What a code is worth is computed from these numbers alone: a made-up format needs no new code.
struct Format {
  std::string_view name;  ///< "e4m3", "e5m2"; static storage
  unsigned exponent_bits = 0;
  unsigned mantissa_bits = 0;
  int bias = 0;
  unsigned max_code = 0;  ///< largest finite code, without sign
  unsigned inf_code = 0;  ///< without sign; 0 when the format has no infinity
  unsigned nan_code = 0;  ///< canonical NaN; 0x80 in the fnuz formats

  static constexpr unsigned kSignMask = 0x80;

  constexpr unsigned bits() const { return 1 + exponent_bits + mantissa_bits; }
  constexpr int emin() const { return 1 - bias; }  ///< exponent of the smallest normal value
  constexpr unsigned mantissa_mask() const { return (1u << mantissa_bits) - 1u; }
  /// Exponent of the largest finite value: 8 for E4M3, 15 for E5M2.
  constexpr int emax() const { return static_cast<int>(max_code >> mantissa_bits) - bias; }
  constexpr bool has_inf() const { return inf_code != 0; }
  constexpr bool is_fnuz() const { return nan_code == kSignMask; }

  fp8oracle_format abi() const;
  bool same_bits(const fp8oracle_format& other) const;
};

inline constexpr Format kE4M3{"e4m3", 4, 3, 7, 0x7E, 0, 0x7F};
inline constexpr Format kE5M2{"e5m2", 5, 2, 15, 0x7B, 0x7C, 0x7F};
inline constexpr Format kE4M3Fnuz{"e4m3fnuz", 4, 3, 8, 0x7F, 0, 0x80};
inline constexpr Format kE5M2Fnuz{"e5m2fnuz", 5, 2, 16, 0x7F, 0, 0x80};
/// The formats that a scheme can name.
inline constexpr std::array<Format, 2> kSchemeFormats{kE4M3, kE5M2};

/// The same description out of an ABI struct; the name is found by the numbers, else "custom".
Format format_from_abi(const fp8oracle_format& format);

/// What a code stands for, read off its bits; nothing is rounded or scaled here.
enum class CodeClass { kZero, kSubnormal, kNormal, kMax, kInf, kNan };
CodeClass code_class(const Format& format, std::uint8_t code);
std::string_view to_string(CodeClass c);

}  // namespace fp8oracle
