// SPDX-License-Identifier: Apache-2.0
#include "runner/coverage.h"

#include <algorithm>
#include <numeric>

#include "fp8oracle/layout.h"
#include "reference/classify.h"
#include "runner/quantized_view.h"

namespace fp8oracle::runner {
namespace {

void count_elements(const QuantizedView& view, Coverage& coverage) {
  for (std::int64_t row = 0; row < view.rows(); ++row) {
    for (std::int64_t col = 0; col < view.cols(); ++col) {
      const auto traits =
          reference::classify(view.scheme().format, view.knobs(), view.scaled(row, col));
      coverage.tie += traits.tie;
      coverage.subnormal += traits.subnormal;
      coverage.saturated += traits.saturated;
      coverage.nan += traits.nan;
      coverage.inf += traits.inf;
      coverage.negative_zero += traits.negative_zero;
      ++coverage.codes[view.code(row, col)];
    }
  }
}

/// What kernels cut a row into: the grid's blocks, or where it has none of a length, 32 elements.
std::int64_t piece_of(const Grid& grid) { return grid.block_cols == 0 ? 32 : grid.block_cols; }

bool ran(const Outcome& outcome, std::size_t step) {
  return step < outcome.steps.size() && outcome.steps[step].status == FP8ORACLE_OK;
}

}  // namespace

Coverage& Coverage::operator+=(const Coverage& other) {
  tie += other.tie;
  subnormal += other.subnormal;
  saturated += other.saturated;
  nan += other.nan;
  inf += other.inf;
  negative_zero += other.negative_zero;
  tail += other.tail;
  multi_block += other.multi_block;
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] += other.codes[i];
  return *this;
}

std::uint64_t Coverage::total_codes() const {
  return std::accumulate(codes.begin(), codes.end(), std::uint64_t{0});
}

std::uint64_t Coverage::most_frequent_code() const {
  return *std::max_element(codes.begin(), codes.end());
}

void count_coverage(const Case& c, const Arena& arena, const Outcome& reference,
                    Coverage& coverage) {
  bool tail = false;
  bool multi_block = false;
  for (std::size_t s = 0; s < c.steps.size(); ++s) {
    if (!ran(reference, s)) continue;
    for (const Cast& cast : casts_of(c, arena, reference, s)) {
      // Both directions see the same numbers, per tensor; one count an element is enough.
      const auto direction = cast.rowwise.empty() ? FP8ORACLE_COLUMNWISE : FP8ORACLE_ROWWISE;
      const InputDecl& x = c.input(cast.input);
      const std::int64_t piece = piece_of(c.tensor(cast.tensor(direction)).scheme.grid);
      tail = tail || x.rows % piece != 0 || x.cols % piece != 0;
      multi_block = multi_block || x.rows * x.cols > 2 * piece;
      count_elements(QuantizedView(c, arena, reference, s, cast, direction), coverage);
    }
  }
  coverage.tail += tail;
  coverage.multi_block += multi_block;
}

}  // namespace fp8oracle::runner
