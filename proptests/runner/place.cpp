// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"
#include "runner/finding.h"

namespace fp8oracle::runner {
namespace {

/// The first element whose scale stands at `element`; padding belongs to none.
std::optional<Place> place_of_scale(const ScaleGrid& scales, std::int64_t element) {
  const std::int64_t step = std::max<std::int64_t>(scales.lines_of_a_scale(), 1);
  for (std::int64_t i = 0; i < scales.lines(); ++i) {
    for (std::int64_t j = 0; j < scales.blocks(); ++j) {
      if (scales.place(i, j) != element) continue;
      const std::int64_t line = i * step, along = j * scales.grid.block_cols;
      return scales.rowwise ? Place{line, along} : Place{along, line};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Place> place_of(const Case& c, const Arena& arena, const Difference& d) {
  if (d.buffer < 0) return std::nullopt;
  const ArenaBuffer& b = arena.buffers[static_cast<std::size_t>(d.buffer)];
  switch (b.role) {
    case Role::kCell: return std::nullopt;
    case Role::kInput: {
      const std::int64_t stride = c.input(b.name).row_stride;
      return stride == 0 ? std::nullopt
                         : std::optional(Place{d.element / stride, d.element % stride});
    }
    case Role::kOutput:
      return b.cols == 0 ? std::nullopt
                         : std::optional(Place{d.element / b.cols, d.element % b.cols});
    case Role::kScaleInv: {
      const bool one = c.tensor(b.owner).scheme.grid.scale_is_given();
      return one ? std::nullopt : place_of_scale(b.scales, d.element);
    }
    case Role::kCodes: break;
  }
  const TensorDecl& t = c.tensor(b.owner);
  const auto direction = static_cast<fp8oracle_direction>(b.direction);
  const CodesShape shape = codes_shape(t.scheme.resolved(), direction, t.rows, t.cols);
  const Place stored{d.element / shape.cols, d.element % shape.cols};
  return shape.transposed ? Place{stored.col, stored.row} : stored;
}

}  // namespace fp8oracle::runner
