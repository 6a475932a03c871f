// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernel.h"

namespace fp8oracle::mutants {
namespace {

constexpr unsigned kBothDirections[] = {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE};

float measure_block(const Decisions& d, const Block& block, bool& special) {
  const AmaxDecisions& rule = d.block_amax;
  const bool by_columns = !block.rowwise() && !block.tile();
  float amax = rule.start;
  for (std::int64_t r = 0; r < block.rows; ++r) {
    for (std::int64_t c = 0; c < block.cols; ++c) {
      const Site site{block.args, block.direction, block.row + r, block.col + c,
                      by_columns ? r : c};
      const float x = load_element(d.element, block.args, block.direction, site.row, site.col);
      special = special || d.block.is_special(x);
      const Place place =
          by_columns ? Place{c, r, block.cols, block.rows} : Place{r, c, block.rows, block.cols};
      if (rule.visits(place)) amax = rule.fold(amax, rule.measured(x, 1.0f, site), block.knobs());
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

void write_block_scale_inv(const Decisions& d, const Block& block, const ScalePlan& plan) {
  if (!d.writes.block_scale_inv(block)) return;
  const bool rowwise = block.rowwise();
  const std::int64_t first = rowwise ? block.row : block.col;
  const std::int64_t j = (rowwise ? block.col : block.row) / kMxBlock;
  const std::int64_t count = rowwise ? block.rows : block.cols;
  const std::uint8_t code = d.block.stored(block);
  for (std::int64_t i = first; i < first + count; ++i) {
    store(plan.buffer, d.layout.scale_index(i, j, plan), code);
  }
}

void write_block_codes(const Decisions& d, const Block& block, const CodesPlan& plan) {
  const float scale = block.special ? 0.0f : d.block.data_scale(block);
  for (std::int64_t r = block.row; r < block.row + block.rows; ++r) {
    for (std::int64_t c = block.col; c < block.col + block.cols; ++c) {
      const Site site{block.args, block.direction, r, c,
                      block.rowwise() ? c - block.col : r - block.row};
      if (!d.writes.codes(site)) continue;
      const float x = load_element(d.element, block.args, block.direction, r, c);
      const std::uint8_t code =
          block.special ? d.element.nan(false, site) : encode(d.element, x * scale, site);
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
  const bool tile = args.scheme.granularity == FP8ORACLE_GRANULARITY_MX32X32;
  const bool tall = tile || direction == FP8ORACLE_COLUMNWISE;
  const bool wide = tile || direction == FP8ORACLE_ROWWISE;
  const std::int64_t block_rows = tall ? d.block.count(rows) : rows;
  const std::int64_t block_cols = wide ? d.block.count(cols) : cols;
  std::uint8_t previous = 0;
  for (std::int64_t i = 0; i < block_rows; ++i) {
    for (std::int64_t j = 0; j < block_cols; ++j) {
      const Block block = decide_block(d, args, direction, tall ? i * kMxBlock : i,
                                       wide ? j * kMxBlock : j, previous);
      previous = block.code;
      write_block_scale_inv(d, block, scales);
      write_block_codes(d, block, codes);
    }
  }
}

void write_tensor_codes(const Decisions& d, const Args& args, unsigned direction, float scale) {
  CodesPlan plan = codes_plan(args.scheme, direction, pair_of(args, direction).codes,
                              args.input.rows, args.input.cols);
  plan.input_row_stride = args.input.row_stride;
  for (std::int64_t row = 0; row < args.input.rows; ++row) {
    for (std::int64_t col = 0; col < args.input.cols; ++col) {
      const Site site{args, direction, row, col, col};
      if (!d.writes.codes(site)) continue;
      const float x = load_element(d.element, args, direction, row, col);
      const std::uint8_t code = encode(d.element, d.tensor.product(x, scale, site), site);
      store(plan.buffer, d.layout.code_index(site, plan), code);
    }
  }
}

}  // namespace

Block decide_block(const Decisions& d, const Args& args, unsigned direction, std::int64_t row,
                   std::int64_t col, std::uint8_t previous_code) {
  Block block{args, direction, row, col, 1, 1};
  const bool tall = block.tile() || !block.rowwise();
  const bool wide = block.tile() || block.rowwise();
  if (tall) block.rows = std::min(kMxBlock, args.input.rows - row);
  if (wide) block.cols = std::min(kMxBlock, args.input.cols - col);
  block.previous_code = previous_code;
  bool special = false;
  block.amax = measure_block(d, block, special);
  block.special = block.knobs().block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN &&
                  (special || d.block.rounds_to_inf(block));
  block.code = code_of(d.block, block);
  block.code = d.block.adjusted(block);
  return block;
}

float measure_tensor(const Decisions& d, const Args& args, float scale) {
  const AmaxDecisions& rule = d.tensor_amax;
  const std::int64_t rows = args.input.rows, cols = args.input.cols;
  float amax = rule.start;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t col = 0; col < cols; ++col) {
      if (!rule.visits({row, col, rows, cols})) continue;
      const Site site{args, FP8ORACLE_ROWWISE, row, col, col};
      const float x = load_element(d.element, args, FP8ORACLE_ROWWISE, row, col);
      amax = rule.fold(amax, rule.measured(x, scale, site), args.scheme.knobs);
    }
  }
  return rule.finish(amax);
}

void quantize_tensor(const Decisions& d, const Args& args) {
  const float given =
      args.scale.data != nullptr ? read_float(args.scale.data) : d.tensor.null_scale;
  const float scale = d.tensor.scale_used(given, args);
  for (const unsigned direction : kBothDirections) {
    if (has(args, static_cast<fp8oracle_direction>(direction))) {
      write_tensor_codes(d, args, direction, scale);
    }
  }
  if (args.amax.data != nullptr && d.writes.amax(args)) {
    const float found = measure_tensor(d, args, scale);
    write_float(args.amax.data, d.tensor.amax_result(read_float(args.amax.data), found, args));
  }
  if (!d.writes.scale_inv(args)) return;
  const float scale_inv = d.tensor.scale_inv(scale, args);
  for (const unsigned direction : kBothDirections) {
    const fp8oracle_buffer& target = pair_of(args, direction).scale_inv;
    if (target.data != nullptr) write_float(target.data, scale_inv);
  }
}

void quantize_blocks(const Decisions& d, const Args& args) {
  for (const unsigned direction : kBothDirections) {
    if (has(args, static_cast<fp8oracle_direction>(direction)))
      quantize_direction(d, args, direction);
  }
}

fp8oracle_status run_quantize(const Decisions& d, const fp8oracle_quantize_args& given,
                              fp8oracle_message message) {
  Args args = given;
  if (d.boundary.launches_first != nullptr) d.boundary.launches_first(args);
  if (const auto error = d.boundary.check_quantize(args)) return d.boundary.refuse(*error, message);
  if (stopped_by(args.noop) || d.writes.returns_at_once(args)) return FP8ORACLE_OK;
  if (d.writes.before != nullptr) d.writes.before(args);
  if (args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR) {
    quantize_tensor(d, args);
  } else {
    quantize_blocks(d, args);
  }
  if (d.writes.after != nullptr) d.writes.after(args);
  return FP8ORACLE_OK;
}

}  // namespace fp8oracle::mutants
