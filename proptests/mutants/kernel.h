// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "decisions.h"

// The scalar kernel that carries out a set of decisions. Slow and plain: about 20 ns an element.
namespace fp8oracle::mutants {

/// The operations. The arguments were checked.
namespace kernel {
void quantize(const Decisions& d, const Args& args);
void amax(const Decisions& d, const Args& args);
void scale_from_amax(const Decisions& d, const ScaleArgs& args);
void dequantize(const Decisions& d, const DequantizeArgs& args);
void swizzle(const Decisions& d, const SwizzleArgs& args);
void unswizzle(const Decisions& d, const SwizzleArgs& args);
void quantize_current(const Decisions& d, const CurrentArgs& args);
void quantize_many(const Decisions& d, const std::vector<Args>& items);
void scale_inverse(const Decisions& d, const Args& args);
void quantize_given(const Decisions& d, const Args& args);
}  // namespace kernel

/// The cast that quantize, quantize_current and quantize_many have in common.
void cast(const Decisions& d, const Args& args);
/// The same, unless noop stops `operation`.
void cast_unless_stopped(const Decisions& d, const Args& args, fp8oracle_operation operation);
/// The items of quantize_many as they are cast.
std::vector<Args> items_to_cast(const Decisions& d, const std::vector<Args>& items);
/// The scale that an amax gives; `old` is the previous one.
float scale_of(const ScaleDecisions& rule, float amax, float old, const ScaleArgs& args);

// ---- The kernel's parts
// ----------------------------------------------------------------------------

/// One rounding of RN(product) to the format [K10, K11].
std::uint8_t encode(const ElementDecisions& e, float product, const Site& site);

/// noop, read when the kernel runs [K23].
inline bool stopped_by(const Decisions& d, const fp8oracle_buffer& noop,
                       fp8oracle_operation operation) {
  return noop.data != nullptr && d.noop.stops(read_float(noop.data)) &&
         !d.noop.ignored_by(operation);
}

const std::uint8_t* element_at(const fp8oracle_matrix& matrix, std::int64_t row, std::int64_t col);
/// The input element as FP32, by the decisions `load` and `widen`.
inline float load_element(const ElementDecisions& e, const Args& args, unsigned direction,
                          std::int64_t row, std::int64_t col) {
  if (e.load != nullptr) return e.load(args, direction, row, col);
  return e.widen(element_at(args.input, row, col), args.input.type);
}
inline constexpr unsigned kBothDirections[] = {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE};
inline bool has(const Args& args, unsigned direction) {
  return (args.scheme.directions & direction) != 0;
}
inline const fp8oracle_pair& pair_of(const Args& args, unsigned direction) {
  return direction == FP8ORACLE_ROWWISE ? args.rowwise : args.columnwise;
}

CodesPlan codes_plan(const ResolvedScheme& scheme, unsigned direction,
                     const fp8oracle_buffer& buffer, std::int64_t rows, std::int64_t cols);
ScalePlan scale_plan(const ResolvedScheme& scheme, unsigned direction,
                     const fp8oracle_buffer& buffer, std::int64_t rows, std::int64_t cols,
                     fp8oracle_operation operation);

/// The scale of an element: number j along its line, or along its band of lines, i.
struct ScaleNumber {
  std::int64_t i, j;
};
inline ScaleNumber scale_number(const Grid& grid, unsigned direction, std::int64_t row,
                                std::int64_t col) {
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  const std::int64_t line = rowwise ? row : col, along = rowwise ? col : row;
  return {grid.repeat ? line : line / grid.block_rows,
          grid.block_cols == 0 ? 0 : along / grid.block_cols};
}

/// Writes one byte where the index lies in the buffer.
inline void store(const fp8oracle_buffer& buffer, std::int64_t index, std::uint8_t byte) {
  if (index < 0 || static_cast<std::uint64_t>(index) >= buffer.bytes) return;
  static_cast<std::uint8_t*>(buffer.data)[index] = byte;
}
inline std::uint8_t fetch(const fp8oracle_buffer& buffer, std::int64_t index) {
  if (index < 0 || static_cast<std::uint64_t>(index) >= buffer.bytes) return 0;
  return static_cast<const std::uint8_t*>(buffer.data)[index];
}

/// The same for a scale: one byte, or the four of an FP32, at element `index`.
void store_scale(const ScalePlan& plan, std::int64_t index, std::uint32_t bits);
std::uint32_t fetch_scale(const ScalePlan& plan, std::int64_t index);

void quantize_tensor(const Decisions& d, const Args& args);
void quantize_blocks(const Decisions& d, const Args& args);
/// What a cast per tensor writes although it was stopped.
void write_in_spite_of_noop(const Decisions& d, const Args& args);

/// max|x| of the whole input.
float measure_tensor(const Decisions& d, const Args& args, float scale);

/// A whole block of one direction, as it lies in the input.
struct BlockSize {
  std::int64_t rows, cols;
};
BlockSize block_size(const Args& args, unsigned direction);
/// The block around an element, with nothing decided.
Block block_around(const Args& args, unsigned direction, std::int64_t row, std::int64_t col);
/// The same, measured, with its scale.
Block decide_block(const Decisions& d, const Args& args, unsigned direction, std::int64_t row,
                   std::int64_t col, std::uint8_t previous_code);
/// What is encoded of an element of a block; `scale` is that of the data.
float block_product(const Decisions& d, float x, float scale, const Site& site);

}  // namespace fp8oracle::mutants
