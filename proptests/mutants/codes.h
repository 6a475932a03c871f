// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decisions.h"

// Words that several families say their mistakes with.
namespace fp8oracle::mutants {

inline std::uint8_t signed_code(bool negative, std::uint32_t code) {
  return static_cast<std::uint8_t>((negative ? 0x80u : 0u) | code);
}
inline bool is_subnormal_code(std::uint8_t code, const Format& format) {
  const std::uint32_t absolute = code & 0x7Fu;
  return absolute != 0 && absolute < (1u << format.mantissa_bits);
}
/// The first code of the largest binade: E4M3 256, E5M2 32768.
inline std::uint32_t top_binade_code(const Format& format) {
  return format.max_code >> format.mantissa_bits << format.mantissa_bits;
}
/// The last code of the binade below the largest: E4M3 240, E5M2 28672.
inline std::uint32_t below_top_binade_code(const Format& format) {
  return top_binade_code(format) - 1;
}
inline float signed_zero(float like) { return from_bits(bits_of(like) & ~kAbsMask); }
inline bool is_empty(const fp8oracle_matrix& matrix) {
  return matrix.rows == 0 || matrix.cols == 0;
}
inline bool per_tensor(const Args& args) { return args.scheme.grid.scale_is_given(); }
inline bool both_directions(const Args& args) {
  return args.scheme.directions == (FP8ORACLE_ROWWISE | FP8ORACLE_COLUMNWISE);
}
inline std::uint8_t clamped_e8m0(int code) {
  return static_cast<std::uint8_t>(code < 0 ? 0 : code > 254 ? 254 : code);
}
/// A finite scale moved by whole binades; the code of NaN stays.
inline std::uint8_t moved_e8m0(std::uint8_t code, int binades) {
  return code == 255 ? code : clamped_e8m0(code + binades);
}

}  // namespace fp8oracle::mutants
