// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "fp8oracle/arguments.h"
#include "fp8oracle/backend.h"
#include "fp8oracle/layout.h"
#include "numbers.h"

// Every place where a quantizer decides something, as a value that can be replaced. The defaults
// make the correct kernel; a mutant is the defaults with one of them changed.
namespace fp8oracle::mutants {

using Args = fp8oracle_quantize_args;
using Knobs = fp8oracle_knobs;

/// The code that stands for an infinite product: above every format's largest.
inline constexpr std::uint32_t kInfinite = 0xFFFFFFFFu;

/// One element on its way to a code.
struct Site {
  const Args& args;
  unsigned direction;
  std::int64_t row, col;  ///< in the input
  std::int64_t lane;      ///< along its block; per tensor the column
  const fp8oracle_format& format() const { return args.scheme.format; }
  const Knobs& knobs() const { return args.scheme.knobs; }
};

/// One element of the things an amax looks at: a matrix, or a block with its lanes as columns.
struct Place {
  std::int64_t row, col, rows, cols;
};

/// One block of an MX cast: the elements that exist of it, and what was decided so far.
struct Block {
  const Args& args;
  unsigned direction;
  std::int64_t row, col;    ///< first element
  std::int64_t rows, cols;  ///< elements that exist
  float amax = 0;
  bool special = false;            ///< NaN throughout
  std::uint8_t code = 0;           ///< E8M0, as stored
  std::uint8_t previous_code = 0;  ///< of the block before this one
  const fp8oracle_format& format() const { return args.scheme.format; }
  const Knobs& knobs() const { return args.scheme.knobs; }
  bool rowwise() const { return direction == FP8ORACLE_ROWWISE; }
  bool tile() const { return args.scheme.granularity == FP8ORACLE_GRANULARITY_MX32X32; }
  bool partial() const {
    return (rowwise() || tile() ? cols < kMxBlock : false) ||
           (!rowwise() || tile() ? rows < kMxBlock : false);
  }
};

/// Where the codes of one direction lie.
struct CodesPlan {
  fp8oracle_buffer buffer;
  CodesShape shape;
  std::int64_t input_row_stride = 0;
};

/// Where the scales of one direction lie: scale (i, j) belongs to block j of row i of the matrix
/// that is cut along its rows (columnwise: of the transpose).
struct ScalePlan {
  fp8oracle_buffer buffer;
  ScaleInvShape shape;
  unsigned direction = 0;
  unsigned layout = 0;
  bool stored_transposed = false;      ///< position [j, i], as columnwise `same` stores it
  fp8oracle_operation operation = {};  ///< who asks
  std::int64_t outer() const { return stored_transposed ? shape.used_cols : shape.used_rows; }
  std::int64_t blocks() const { return stored_transposed ? shape.used_rows : shape.used_cols; }
};

/// RN(product) -> code [K10, K11].
struct ElementDecisions {
  /// May be null: then widen() of the input's element.
  float (*load)(const Args& args, unsigned direction, std::int64_t row, std::int64_t col);
  float (*widen)(const std::uint8_t* at, std::uint32_t type);
  float (*before_rounding)(float product, const Site& site);
  ShiftRight shift_right;
  std::uint8_t (*nan)(bool negative, const Site& site);
  bool (*inf_saturates)(const Site& site);
  /// `code` is what a longer format would have; kInfinite for an infinite product.
  std::uint8_t (*overflow)(bool negative, std::uint32_t code, const Site& site);
  std::uint8_t (*subnormal)(bool negative, std::uint32_t code, const Site& site);
  std::uint8_t (*zero)(bool negative, bool exact, const Site& site);
  std::uint32_t (*largest)(const Site& site);  ///< codes above are overflow
  std::uint8_t (*finish)(std::uint8_t code, const Site& site);
};

/// The cast with a given scale [K9, K10, K13].
struct TensorDecisions {
  float null_scale;
  float (*scale_used)(float scale, const Args& args);
  float (*product)(float x, float scale, const Site& site);
  float (*scale_inv)(float scale, const Args& args);
  float (*amax_result)(float old, float found, const Args& args);  ///< quantize accumulates [K12]
  float (*amax_op_result)(float old, float found, const fp8oracle_matrix& input);
};

/// max|x| over a tensor or a block [K12].
struct AmaxDecisions {
  float start;
  bool (*visits)(const Place& place);
  float (*measured)(float x, float scale, const Site& site);
  float (*fold)(float so_far, float x, const Knobs& knobs);
  float (*finish)(float amax);
};

/// scale from amax [K14].
struct ScaleDecisions {
  using ScaleArgs = fp8oracle_scale_from_amax_args;
  float (*floor)(float amax, float eps);
  bool (*is_bad)(float amax, const ScaleArgs& args);
  float (*of_bad)(float amax, float old, const ScaleArgs& args);
  float (*max)(const fp8oracle_scheme& scheme);
  float (*quotient)(float max, float amax);
  float (*of_overflow)(const ScaleArgs& args);
  float (*pow2)(float scale);
  bool (*wants_pow2)(const ScaleArgs& args);
};

/// The scale of an MX block, and what the data is multiplied with [K15, K16, K17].
struct BlockDecisions {
  std::int64_t (*count)(std::int64_t extent);  ///< blocks along a dimension
  bool (*is_special)(float x);  ///< makes the whole block NaN where the profile says so
  bool (*rounds_to_inf)(const Block& block);  ///< the rule `even` can
  float (*max)(const fp8oracle_scheme& scheme);
  float (*quotient)(float amax, float max);  ///< what the rule `up` rounds
  std::uint8_t (*finite_code)(const Block& block, float quotient);
  std::uint8_t (*of_inf)(const Block& block);
  std::uint8_t (*of_zero)(const Block& block);
  std::uint8_t (*adjusted)(const Block& block);  ///< default: block.code
  float (*data_scale)(const Block& block);       ///< default: the reciprocal of block.code
  std::uint8_t (*stored)(const Block& block);    ///< default: block.code
};

/// Indices and padding [K18, K19]. An index outside the buffer is dropped, never followed.
struct LayoutDecisions {
  std::int64_t (*code_index)(const Site& site, const CodesPlan& plan);
  std::int64_t (*scale_index)(std::int64_t i, std::int64_t j, const ScalePlan& plan);
  void (*fill_padding)(const ScalePlan& plan);
  bool swizzle_copies_padding;
};

/// What is written at all [K2, K13, K24].
struct WriteDecisions {
  bool (*codes)(const Site& site);
  bool (*scale_inv)(const Args& args);  ///< per tensor
  bool (*block_scale_inv)(const Block& block);
  bool (*amax)(const Args& args);
  bool (*returns_at_once)(const Args& args);  ///< OK, nothing done
  bool (*amax_returns_at_once)(const fp8oracle_matrix& input);
  void (*before)(const Args& args);  ///< may be null; runs after the checks
  void (*after)(const Args& args);   ///< may be null
};

/// Codes back to numbers [K5, K6, K15].
struct DequantizeDecisions {
  using DequantizeArgs = fp8oracle_dequantize_args;
  bool (*answers)(
      const DequantizeArgs& args);  ///< may be null; true: the output is written already
  float (*decode)(std::uint8_t code, const fp8oracle_format& format);
  float (*e8m0_value)(std::uint8_t code);
  float (*tensor_scale_inv)(const DequantizeArgs& args);
  /// The scale of (i, j), read at plan's index.
  std::uint8_t (*block_scale_inv)(std::int64_t i, std::int64_t j, std::int64_t index,
                                  const ScalePlan& plan);
  float (*product)(float decoded, float scale_inv);
  std::uint32_t (*output_bits)(float decoded, float scale_inv, float product, std::uint32_t type);
  std::int64_t (*code_index)(std::int64_t row, std::int64_t col, const CodesPlan& plan);
  void (*after)(const DequantizeArgs& args);  ///< may be null
};

/// Checks, refusals, and what a session keeps [K31, K4].
struct BoundaryDecisions {
  std::optional<ArgumentError> (*check_quantize)(fp8oracle_quantize_args& args);
  std::optional<ArgumentError> (*check_amax)(fp8oracle_amax_args& args);
  std::optional<ArgumentError> (*check_scale)(fp8oracle_scale_from_amax_args& args);
  std::optional<ArgumentError> (*check_dequantize)(fp8oracle_dequantize_args& args);
  std::optional<ArgumentError> (*check_swizzle)(fp8oracle_swizzle_args& args, bool unswizzle);
  void (*launches_first)(const fp8oracle_quantize_args& args);  ///< may be null; before the checks
  fp8oracle_status (*refuse)(const ArgumentError& error, fp8oracle_message message);
  void (*uploaded)(const void* data, std::uint64_t bytes);  ///< may be null; after the copy
};

struct Decisions {
  ElementDecisions element;
  TensorDecisions tensor;
  AmaxDecisions tensor_amax, block_amax;
  ScaleDecisions scale;
  BlockDecisions block;
  LayoutDecisions layout;
  WriteDecisions writes;
  DequantizeDecisions dequantize;
  BoundaryDecisions boundary;
};

/// The correct choice everywhere.
const Decisions& correct();

}  // namespace fp8oracle::mutants
