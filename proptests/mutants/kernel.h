// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "decisions.h"

// The scalar kernel that carries out a set of decisions. Slow and plain: about 20 ns an element.
namespace fp8oracle::mutants {

fp8oracle_status run_quantize(const Decisions& d, const fp8oracle_quantize_args& given,
                              fp8oracle_message message);
fp8oracle_status run_amax(const Decisions& d, const fp8oracle_amax_args& given,
                          fp8oracle_message message);
fp8oracle_status run_scale_from_amax(const Decisions& d,
                                     const fp8oracle_scale_from_amax_args& given,
                                     fp8oracle_message message);
fp8oracle_status run_dequantize(const Decisions& d, const fp8oracle_dequantize_args& given,
                                fp8oracle_message message);
fp8oracle_status run_swizzle(const Decisions& d, const fp8oracle_swizzle_args& given,
                             bool unswizzle, fp8oracle_message message);
fp8oracle_status run_supports(const fp8oracle_scheme& scheme, fp8oracle_type type,
                              fp8oracle_message reason);

// ---- The kernel's parts
// ----------------------------------------------------------------------------

/// One rounding of RN(product) to the format [K10, K11].
std::uint8_t encode(const ElementDecisions& e, float product, const Site& site);

/// noop, read when the kernel runs [K23].
inline bool stopped_by(const fp8oracle_buffer& noop) {
  return noop.data != nullptr && read_float(noop.data) == 1.0f;
}

const std::uint8_t* element_at(const fp8oracle_matrix& matrix, std::int64_t row, std::int64_t col);
/// The input element as FP32, by the decisions `load` and `widen`.
inline float load_element(const ElementDecisions& e, const Args& args, unsigned direction,
                          std::int64_t row, std::int64_t col) {
  if (e.load != nullptr) return e.load(args, direction, row, col);
  return e.widen(element_at(args.input, row, col), args.input.type);
}
inline bool has(const Args& args, fp8oracle_direction direction) {
  return (args.scheme.directions & static_cast<unsigned>(direction)) != 0;
}
inline const fp8oracle_pair& pair_of(const Args& args, unsigned direction) {
  return direction == FP8ORACLE_ROWWISE ? args.rowwise : args.columnwise;
}

CodesPlan codes_plan(const fp8oracle_scheme& scheme, unsigned direction,
                     const fp8oracle_buffer& buffer, std::int64_t rows, std::int64_t cols);
ScalePlan scale_plan(const fp8oracle_scheme& scheme, unsigned direction,
                     const fp8oracle_buffer& buffer, std::int64_t rows, std::int64_t cols,
                     fp8oracle_operation operation);

/// Writes one byte where the index lies in the buffer.
inline void store(const fp8oracle_buffer& buffer, std::int64_t index, std::uint8_t byte) {
  if (index < 0 || static_cast<std::uint64_t>(index) >= buffer.bytes) return;
  static_cast<std::uint8_t*>(buffer.data)[index] = byte;
}
inline std::uint8_t fetch(const fp8oracle_buffer& buffer, std::int64_t index) {
  if (index < 0 || static_cast<std::uint64_t>(index) >= buffer.bytes) return 0;
  return static_cast<const std::uint8_t*>(buffer.data)[index];
}

void quantize_tensor(const Decisions& d, const Args& args);
void quantize_blocks(const Decisions& d, const Args& args);

/// max|x| of the whole input.
float measure_tensor(const Decisions& d, const Args& args, float scale);
/// Measures the block that starts at (row, col) and decides its scale code.
Block decide_block(const Decisions& d, const Args& args, unsigned direction, std::int64_t row,
                   std::int64_t col, std::uint8_t previous_code);

}  // namespace fp8oracle::mutants
