// SPDX-License-Identifier: Apache-2.0
// The cast with a given scale: codes, amax, scale_inv.
#include "kernel.h"

namespace fp8oracle::mutants {
namespace {

void write_codes(const Decisions& d, const Args& args, unsigned direction, float scale) {
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

float given_scale(const Decisions& d, const Args& args) {
  return args.scale.data != nullptr ? read_float(args.scale.data) : d.tensor.null_scale;
}

void accumulate_amax(const Decisions& d, const Args& args, float scale) {
  const float found = measure_tensor(d, args, scale);
  write_float(args.amax.data, d.tensor.amax_result(read_float(args.amax.data), found, args));
}

void write_scale_inv(const Decisions& d, const Args& args, float scale) {
  const float scale_inv = d.tensor.scale_inv(scale, args);
  for (const unsigned direction : kBothDirections) {
    const fp8oracle_buffer& target = pair_of(args, direction).scale_inv;
    if (target.data != nullptr) write_float(target.data, scale_inv);
  }
}

}  // namespace

float measure_tensor(const Decisions& d, const Args& args, float scale) {
  const AmaxDecisions& rule = d.tensor_amax;
  const std::int64_t rows = args.input.rows, cols = args.input.cols;
  float amax = rule.start;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t col = 0; col < cols; ++col) {
      if (!rule.visits({row, col, rows, cols, cols})) continue;
      const Site site{args, FP8ORACLE_ROWWISE, row, col, col};
      const float x = load_element(d.element, args, FP8ORACLE_ROWWISE, row, col);
      amax = rule.fold(amax, rule.measured(x, scale, site), args.scheme.knobs);
    }
  }
  return rule.finish(amax);
}

void quantize_tensor(const Decisions& d, const Args& args) {
  const float scale = d.tensor.scale_used(given_scale(d, args), args);
  for (const unsigned direction : kBothDirections) {
    if (has(args, direction)) write_codes(d, args, direction, scale);
  }
  if (args.amax.data != nullptr && d.writes.amax(args)) accumulate_amax(d, args, scale);
  if (d.writes.scale_inv(args)) write_scale_inv(d, args, scale);
}

void write_in_spite_of_noop(const Decisions& d, const Args& args) {
  const float scale = given_scale(d, args);
  if (d.noop.amax_in_spite && args.amax.data != nullptr) accumulate_amax(d, args, scale);
  if (d.noop.scale_inv_in_spite) write_scale_inv(d, args, scale);
}

void kernel::scale_inverse(const Decisions& d, const Args& args) {
  write_scale_inv(d, args, given_scale(d, args));
}

}  // namespace fp8oracle::mutants
