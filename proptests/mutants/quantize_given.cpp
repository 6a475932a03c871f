// SPDX-License-Identifier: Apache-2.0
// The cast whose scale_inv is given, in any grid.
#include "kernel.h"

namespace fp8oracle::mutants {
namespace {

class GivenScales {
 public:
  GivenScales(const Decisions& d, const Args& args, unsigned direction)
      : d_(d), grid_(args.scheme.grid), direction_(direction) {
    const fp8oracle_buffer buffer = d.given.scale_inv(args, direction);
    if (grid_.scale_is_given()) {
      one_ = read_float(buffer.data);
    } else {
      plan_ = scale_plan(args.scheme, direction, buffer, args.input.rows, args.input.cols,
                         FP8ORACLE_OP_QUANTIZE_GIVEN);
    }
  }

  float at(std::int64_t row, std::int64_t col) const {
    if (grid_.scale_is_given()) return one_;
    const auto [i, j] = scale_number(grid_, direction_, row, col);
    const std::uint32_t bits = fetch_scale(plan_, d_.layout.scale_index(i, j, plan_));
    return grid_.is_mx() ? d_.dequantize.e8m0_value(static_cast<std::uint8_t>(bits))
                         : from_bits(bits);
  }

 private:
  const Decisions& d_;
  const Grid& grid_;
  const unsigned direction_;
  float one_ = 1.0f;
  ScalePlan plan_;
};

void write_codes(const Decisions& d, const Args& args, unsigned direction) {
  CodesPlan plan = codes_plan(args.scheme, direction, pair_of(args, direction).codes,
                              args.input.rows, args.input.cols);
  plan.input_row_stride = args.input.row_stride;
  const GivenScales scales(d, args, direction);
  const std::int64_t block = args.scheme.grid.block_cols;
  for (std::int64_t row = 0; row < args.input.rows; ++row) {
    for (std::int64_t col = 0; col < args.input.cols; ++col) {
      const std::int64_t along = direction == FP8ORACLE_ROWWISE ? col : row;
      const Site site{args, direction, row, col, block == 0 ? along : along % block};
      if (!d.writes.codes(site)) continue;
      const float x = load_element(d.element, args, direction, row, col);
      const float product = d.given.product(x, scales.at(row, col), site);
      store(plan.buffer, d.layout.code_index(site, plan), encode(d.element, product, site));
    }
  }
}

}  // namespace

void kernel::quantize_given(const Decisions& d, const Args& args) {
  if (stopped_by(d, args.noop, FP8ORACLE_OP_QUANTIZE_GIVEN)) return;
  if (d.writes.returns_at_once(args)) return;
  for (const unsigned direction : kBothDirections) {
    if (has(args, direction) && args.input.rows != 0 && args.input.cols != 0)
      write_codes(d, args, direction);
  }
  if (d.given.after != nullptr) d.given.after(args);
}

}  // namespace fp8oracle::mutants
