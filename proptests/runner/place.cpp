// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/layout.h"
#include "reference/layout.h"
#include "runner/finding.h"

namespace fp8oracle::runner {
namespace {

/// The first element whose scale stands at `element`; padding belongs to none.
std::optional<Place> place_of_scale(const TensorDecl& t, unsigned direction, std::int64_t element) {
  const auto d = static_cast<fp8oracle_direction>(direction == 3 ? 1u : direction);
  const reference::ScaleInvLayout layout(t.scheme.abi(), d, t.rows, t.cols);
  const std::int64_t row_step = d == FP8ORACLE_ROWWISE ? 1 : kMxBlock;
  const std::int64_t col_step = d == FP8ORACLE_ROWWISE ? kMxBlock : 1;
  for (std::int64_t row = 0; row < t.rows; row += row_step) {
    for (std::int64_t col = 0; col < t.cols; col += col_step) {
      if (layout.index(row, col) == element) return Place{row, col};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Place> place_of(const Case& c, const Arena& arena, const Difference& d) {
  if (d.buffer < 0) return std::nullopt;
  const ArenaBuffer& b = arena.buffers[static_cast<std::size_t>(d.buffer)];
  switch (b.role) {
    case Role::kScalar: return std::nullopt;
    case Role::kInput: {
      const std::int64_t stride = c.input(b.name).row_stride;
      return stride == 0 ? std::nullopt
                         : std::optional(Place{d.element / stride, d.element % stride});
    }
    case Role::kOutput:
      return b.cols == 0 ? std::nullopt
                         : std::optional(Place{d.element / b.cols, d.element % b.cols});
    case Role::kScaleInv: {
      const TensorDecl& t = c.tensor(b.owner);
      return t.scheme.is_block() ? place_of_scale(t, b.direction, d.element) : std::nullopt;
    }
    case Role::kCodes: break;
  }
  const TensorDecl& t = c.tensor(b.owner);
  const auto direction = static_cast<fp8oracle_direction>(b.direction);
  const CodesShape shape = codes_shape(t.scheme.abi(), direction, t.rows, t.cols);
  const Place stored{d.element / shape.cols, d.element % shape.cols};
  return shape.transposed ? Place{stored.col, stored.row} : stored;
}

}  // namespace fp8oracle::runner
