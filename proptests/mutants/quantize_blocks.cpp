// SPDX-License-Identifier: Apache-2.0
// The cast in the blocks of any grid: a scale out of each block's amax.
#include <algorithm>

#include "kernel.h"

namespace fp8oracle::mutants {
namespace {

float measure(const Decisions& d, const Block& block, bool& special) {
  const AmaxDecisions& rule = d.block_amax;
  const std::uint32_t whole = block.args.scheme.grid.block_cols;
  const std::int64_t whole_lanes = whole == 0 ? block.lanes() : whole;
  float amax = rule.start;
  for (std::int64_t r = 0; r < block.rows; ++r) {
    for (std::int64_t c = 0; c < block.cols; ++c) {
      const std::int64_t line = block.rowwise() ? r : c, lane = block.rowwise() ? c : r;
      const Site site{block.args, block.direction, block.row + r, block.col + c, lane};
      const float x = load_element(d.element, block.args, block.direction, site.row, site.col);
      special = special || d.block.is_special(x);
      if (rule.visits({line, lane, block.lines(), block.lanes(), whole_lanes}))
        amax = rule.fold(amax, rule.measured(x, 1.0f, site), block.knobs());
    }
  }
  return rule.finish(amax);
}

std::uint8_t code_of(const BlockDecisions& rule, const Block& block) {
  if (block.special || is_nan(block.amax)) return 255;
  if (is_inf(block.amax) || rule.rounds_to_inf(block)) return rule.of_inf(block);
  if (block.amax == 0.0f) return rule.of_zero(block);
  return rule.finite_code(block, rule.quotient(block.amax, rule.max(block.args.scheme)));
}

/// As scale from amax makes it, with no scale before it.
float free_scale(const Decisions& d, const Block& block) {
  if (block.special) return from_bits(kNanBits);
  const ScaleArgs rule{.scheme = block.args.scheme, .input_type = block.args.input.type};
  return d.tensor.scale_used(scale_of(d.scale, block.amax, 1.0f, rule), block.args);
}

void write_scale_inv(const Decisions& d, const Block& block, const ScalePlan& plan) {
  if (!d.writes.block_scale_inv(block)) return;
  const Grid& grid = block.args.scheme.grid;
  const auto [first, j] = scale_number(grid, block.direction, block.row, block.col);
  const std::int64_t copies = grid.repeat ? block.lines() : 1;
  const std::uint32_t bits = d.block.stored(block);
  for (std::int64_t i = first; i < first + copies; ++i)
    store_scale(plan, d.layout.scale_index(i, j, plan), bits);
}

void write_codes(const Decisions& d, const Block& block, const CodesPlan& plan) {
  const float scale = block.mx() ? d.block.data_scale(block) : block.scale;
  for (std::int64_t r = block.row; r < block.row + block.rows; ++r) {
    for (std::int64_t c = block.col; c < block.col + block.cols; ++c) {
      const std::int64_t lane = block.rowwise() ? c - block.col : r - block.row;
      const Site site{block.args, block.direction, r, c, lane};
      if (!d.writes.codes(site)) continue;
      const float x = load_element(d.element, block.args, block.direction, r, c);
      const std::uint8_t code = block.special
                                    ? d.element.nan(false, site)
                                    : encode(d.element, block_product(d, x, scale, site), site);
      store(plan.buffer, d.layout.code_index(site, plan), code);
    }
  }
}

void quantize_direction(const Decisions& d, const Args& args, unsigned direction) {
  const fp8oracle_pair& pair = pair_of(args, direction);
  const std::int64_t rows = args.input.rows, cols = args.input.cols;
  CodesPlan codes = codes_plan(args.scheme, direction, pair.codes, rows, cols);
  codes.input_row_stride = args.input.row_stride;
  const ScalePlan scales =
      scale_plan(args.scheme, direction, pair.scale_inv, rows, cols, FP8ORACLE_OP_QUANTIZE);
  d.layout.fill_padding(scales);
  const BlockSize size = block_size(args, direction);
  // A line that is one block is that even when it has no elements.
  const bool whole_lines = args.scheme.grid.block_cols == 0;
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  const std::int64_t tall = !rowwise && whole_lines ? 1 : d.block.count(rows, size.rows);
  const std::int64_t wide = rowwise && whole_lines ? 1 : d.block.count(cols, size.cols);
  std::uint8_t previous = 0;
  for (std::int64_t i = 0; i < tall; ++i) {
    for (std::int64_t j = 0; j < wide; ++j) {
      const Block block = decide_block(d, args, direction, i * size.rows, j * size.cols, previous);
      previous = block.code;
      write_scale_inv(d, block, scales);
      write_codes(d, block, codes);
    }
  }
}

}  // namespace

BlockSize block_size(const Args& args, unsigned direction) {
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  const Grid& grid = args.scheme.grid;
  const std::int64_t along = rowwise ? args.input.cols : args.input.rows;
  const std::int64_t lanes =
      grid.block_cols == 0 ? std::max<std::int64_t>(along, 1) : grid.block_cols;
  return rowwise ? BlockSize{grid.block_rows, lanes} : BlockSize{lanes, grid.block_rows};
}

Block block_around(const Args& args, unsigned direction, std::int64_t row, std::int64_t col) {
  const BlockSize size = block_size(args, direction);
  Block block{args, direction, row / size.rows * size.rows, col / size.cols * size.cols, 0, 0};
  block.rows = std::min(size.rows, args.input.rows - block.row);
  block.cols = std::min(size.cols, args.input.cols - block.col);
  return block;
}

Block decide_block(const Decisions& d, const Args& args, unsigned direction, std::int64_t row,
                   std::int64_t col, std::uint8_t previous_code) {
  Block block = block_around(args, direction, row, col);
  block.previous_code = previous_code;
  bool special = false;
  block.amax = measure(d, d.block.source(block), special);
  // An FP32 scale has room for every finite amax; E8M0 rounded to even has not.
  special = special || (block.mx() && d.block.rounds_to_inf(block));
  block.special = special && block.knobs().block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  if (block.mx()) {
    block.code = code_of(d.block, block);
    block.code = d.block.adjusted(block);
  } else {
    block.scale = free_scale(d, block);
    block.scale_inv = d.tensor.scale_inv(block.scale, args);
  }
  return block;
}

float block_product(const Decisions& d, float x, float scale, const Site& site) {
  if (is_nan(scale)) return from_bits(kNanBits);  // whatever the sign of x
  if (site.args.scheme.grid.is_mx()) return is_nan(x) ? x : x * scale;
  return d.tensor.product(x, scale, site);
}

void quantize_blocks(const Decisions& d, const Args& args) {
  for (const unsigned direction : kBothDirections) {
    if (has(args, direction)) quantize_direction(d, args, direction);
  }
}

}  // namespace fp8oracle::mutants
