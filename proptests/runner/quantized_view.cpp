// SPDX-License-Identifier: Apache-2.0
#include "runner/quantized_view.h"

#include <bit>
#include <cstring>
#include <limits>

#include "reference/e8m0.h"
#include "reference/scale.h"
#include "reference/widen.h"

namespace fp8oracle::runner {

float scalar_before(const Case& c, const Arena& arena, const Outcome& outcome, std::size_t step,
                    const std::string& name) {
  float value = std::bit_cast<float>(c.scalar(name).bits);
  if (step > 0)
    std::memcpy(&value, outcome.steps[step - 1].arena.data() + arena.named(name).begin,
                sizeof value);
  return value;
}

QuantizedView::QuantizedView(const Case& c, const Arena& arena, const Outcome& outcome,
                             std::size_t step, fp8oracle_direction direction)
    : input_(c.input(c.steps[step].input)),
      tensor_(c.tensor(c.steps[step].tensor)),
      abi_(tensor_.scheme.abi()),
      direction_(direction),
      codes_(arena.codes(tensor_.name, direction)),
      scale_inv_(arena.scale_inv(tensor_.name, direction)),
      after_(outcome.steps[step].arena),
      place_(abi_, direction, input_.rows, input_.cols),
      transposed_(codes_shape(abi_, direction, input_.rows, input_.cols).transposed),
      values_(static_cast<std::size_t>(input_.rows * input_.cols)) {
  reference::widen_all(input_.type, input_.bits.data(), input_.rows * input_.cols, values_.data());
  const std::string& scale = c.steps[step].scale;
  if (!scale.empty()) scale_ = scalar_before(c, arena, outcome, step, scale);
}

std::uint8_t QuantizedView::stored_scale(std::int64_t row, std::int64_t col) const {
  return after_[scale_inv_.begin + static_cast<std::uint64_t>(scale_inv_index(row, col))];
}

float QuantizedView::scaled(std::int64_t row, std::int64_t col) const {
  if (!tensor_.scheme.is_block()) {
    const bool divides = abi_.knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
    return divides ? x(row, col) / reference::scale_inverse(scale_, abi_.knobs)
                   : x(row, col) * scale_;
  }
  const std::uint8_t stored = stored_scale(row, col);
  if (stored == reference::kE8m0Nan) return std::numeric_limits<float>::quiet_NaN();
  return x(row, col) * reference::e8m0_reciprocal(stored);
}

std::uint8_t QuantizedView::code(std::int64_t row, std::int64_t col) const {
  return after_[codes_.begin + static_cast<std::uint64_t>(code_index(row, col))];
}

std::int64_t QuantizedView::code_index(std::int64_t row, std::int64_t col) const {
  return transposed_ ? col * input_.rows + row : row * input_.cols + col;
}

std::int64_t QuantizedView::scale_inv_index(std::int64_t row, std::int64_t col) const {
  return place_.index(row, col);
}

}  // namespace fp8oracle::runner
