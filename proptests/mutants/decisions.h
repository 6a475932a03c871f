// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "call.h"
#include "faults.h"
#include "fp8oracle/backend.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/resolved_scheme.h"
#include "fp8oracle/scale_grid.h"
#include "numbers.h"
#include "resolved_args.h"

// Every place where a quantizer decides something, as a value that can be replaced. The defaults
// make the correct kernel; a mutant is the defaults with one of them changed.
namespace fp8oracle::mutants {

/// The code that stands for an infinite product: above every format's largest.
inline constexpr std::uint32_t kInfinite = 0xFFFFFFFFu;

/// One element on its way to a code.
struct Site {
  const Args& args;
  unsigned direction;
  std::int64_t row, col;  ///< in the input
  std::int64_t lane;      ///< along its block; per tensor the column
  const Format& format() const { return args.scheme.format; }
  const Knobs& knobs() const { return args.scheme.knobs; }
};

/// One element of the things an amax looks at: a matrix, or a block with its lanes as columns.
struct Place {
  std::int64_t row, col, rows, cols;
  std::int64_t whole_cols;  ///< of a block that is not cut off at the edge
};

/// One block of a cast in blocks: the elements that exist of it, and what was decided so far.
struct Block {
  const Args& args;
  unsigned direction;
  std::int64_t row, col;    ///< first element, in the input
  std::int64_t rows, cols;  ///< elements that exist
  float amax = 0;
  bool special = false;            ///< NaN throughout
  std::uint8_t code = 0;           ///< E8M0, as stored
  std::uint8_t previous_code = 0;  ///< of the block before this one
  float scale = 1, scale_inv = 1;  ///< where the grid's scales are FP32
  const Format& format() const { return args.scheme.format; }
  const Knobs& knobs() const { return args.scheme.knobs; }
  bool rowwise() const { return direction == FP8ORACLE_ROWWISE; }
  bool mx() const { return args.scheme.grid.is_mx(); }
  std::int64_t lines() const { return rowwise() ? rows : cols; }
  std::int64_t lanes() const { return rowwise() ? cols : rows; }
  bool partial() const {
    const Grid& grid = args.scheme.grid;
    return lines() < grid.block_rows || lanes() < grid.block_cols;
  }
};

/// Where the codes of one direction lie.
struct CodesPlan {
  fp8oracle_buffer buffer;
  CodesShape shape;
  std::int64_t input_row_stride = 0;
};

/// Where the scales of one direction lie: scale (i, j) is number j along line or band of lines i of
/// the matrix, whose lines are its rows (columnwise: its columns).
struct ScalePlan {
  fp8oracle_buffer buffer;
  ScaleGrid shape;
  unsigned direction = 0;
  unsigned layout = 0;
  fp8oracle_operation operation = {};  ///< who asks
  /// Position [j, i].
  bool stored_transposed() const { return shape.order == ScaleGrid::Order::kBlockMajor; }
  bool swizzled() const { return shape.order == ScaleGrid::Order::kSwizzled; }
  std::int64_t outer() const { return shape.lines(); }
  std::int64_t blocks() const { return shape.blocks(); }
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

/// Whether noop stops an operation [K23].
struct NoopDecisions {
  bool (*stops)(float noop);
  bool (*ignored_by)(fp8oracle_operation operation);
  bool amax_in_spite, scale_inv_in_spite;  ///< casts: that output is written all the same
  bool recipe_in_spite;                    ///< quantize_current: so are amax and scale
};

/// Where current scaling in one operation differs from the three one after the other [K12, K14].
struct CurrentDecisions {
  float (*amax_result)(float old, float found);  ///< what is left in amax
  float (*floor)(float amax, float eps);         ///< may be null: the floor of scale from amax
};

/// What quantize_many makes of its items [K26].
struct ManyDecisions {
  bool (*takes)(const Args& item, std::size_t i);
  /// May be null; changes item `i` of all.
  void (*prepare)(Args& item, std::size_t i, const std::vector<Args>& all);
};

/// A cast whose scale_inv is given.
struct GivenDecisions {
  fp8oracle_buffer (*scale_inv)(const Args& args, unsigned direction);  ///< which are read
  float (*product)(float x, float scale_inv, const Site& site);
  void (*after)(const Args& args);  ///< may be null
};

/// scale from amax [K14].
struct ScaleDecisions {
  float (*floor)(float amax, float eps);
  bool (*is_bad)(float amax, const ScaleArgs& args);
  float (*of_bad)(float amax, float old, const ScaleArgs& args);
  float (*max)(const ResolvedScheme& scheme);
  float (*quotient)(float max, float amax);
  float (*of_overflow)(const ScaleArgs& args);
  float (*pow2)(float scale);
  bool (*wants_pow2)(const ScaleArgs& args);
};

/// The blocks of a grid, and of an MX block the scale and what the data is multiplied with [K15,
/// K16, K17]. A block's FP32 scale is made like a tensor's.
struct BlockDecisions {
  /// Blocks of `size` along a dimension.
  std::int64_t (*count)(std::int64_t extent, std::int64_t size);
  Block (*source)(const Block& block);  ///< whose amax it is: default the block itself
  bool (*is_special)(float x);          ///< makes the whole block NaN where the profile says so
  bool (*rounds_to_inf)(const Block& block);  ///< the rule `even` can
  float (*max)(const ResolvedScheme& scheme);
  float (*quotient)(float amax, float max);  ///< what the rule `up` rounds
  std::uint8_t (*finite_code)(const Block& block, float quotient);
  std::uint8_t (*of_inf)(const Block& block);
  std::uint8_t (*of_zero)(const Block& block);
  std::uint8_t (*adjusted)(const Block& block);  ///< default: block.code
  float (*data_scale)(const Block& block);       ///< default: the reciprocal of block.code
  std::uint32_t (*stored)(const Block& block);   ///< default: block.code, or bits of scale_inv
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
  bool (*answers)(
      const DequantizeArgs& args);  ///< may be null; true: the output is written already
  float (*decode)(std::uint8_t code, const Format& format);
  float (*e8m0_value)(std::uint8_t code);
  float (*tensor_scale_inv)(const DequantizeArgs& args);
  /// The bits of scale (i, j), read at plan's index.
  std::uint32_t (*block_scale_inv)(std::int64_t i, std::int64_t j, std::int64_t index,
                                   const ScalePlan& plan);
  float (*product)(float decoded, float scale_inv);
  std::uint32_t (*output_bits)(float decoded, float scale_inv, float product, std::uint32_t type);
  std::int64_t (*code_index)(std::int64_t row, std::int64_t col, const CodesPlan& plan);
  void (*after)(const DequantizeArgs& args);  ///< may be null
};

/// Checks, refusals, and what a session keeps [K31, K4].
struct BoundaryDecisions {
  Checked (*check)(Call& call);
  void (*launches_first)(const fp8oracle_quantize_args& args);  ///< may be null; before the checks
  fp8oracle_status (*refuse)(const ArgumentError& error, fp8oracle_message message);
  void (*uploaded)(const void* data, std::uint64_t bytes);  ///< may be null; after the copy
};

struct Decisions {
  ElementDecisions element;
  TensorDecisions tensor;
  AmaxDecisions tensor_amax, block_amax;
  ScaleDecisions scale;
  CurrentDecisions current;
  ManyDecisions many;
  GivenDecisions given;
  NoopDecisions noop;
  BlockDecisions block;
  LayoutDecisions layout;
  WriteDecisions writes;
  DequantizeDecisions dequantize;
  BoundaryDecisions boundary;
  Faults faults;  ///< of a kernel behind a queue
};

/// The correct choice everywhere.
const Decisions& correct();

}  // namespace fp8oracle::mutants
