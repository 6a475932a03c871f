// SPDX-License-Identifier: Apache-2.0
#include "runner/quantized_view.h"

#include <bit>
#include <cstring>
#include <limits>
#include <map>

#include "reference/amax.h"
#include "reference/block.h"
#include "reference/e8m0.h"
#include "reference/scale.h"
#include "reference/widen.h"

namespace fp8oracle::runner {

float cell_before(const Case& c, const Arena& arena, const Outcome& outcome, std::size_t step,
                  const std::string& name) {
  float value = std::bit_cast<float>(c.cell(name).bits.front());
  if (step > 0)
    std::memcpy(&value, outcome.steps[step - 1].arena.data() + arena.named(name).begin,
                sizeof value);
  return value;
}

std::vector<Cast> casts_of(const Case& c, const Arena& arena, const Outcome& outcome,
                           std::size_t index) {
  const Step& step = c.steps[index];
  const bool here = steps_run_by(c, index) == std::vector<std::size_t>{index};
  if (!here || step.tamper) return {};
  const std::string& noop = step.operand("noop");
  if (!noop.empty() && cell_before(c, arena, outcome, index, noop) == 1.0f) return {};
  std::map<std::int64_t, Cast> casts;  // of the call, or of each item
  for (const Binding& b : bindings(step)) {
    if (b.operand.empty()) continue;
    Cast& cast = casts[b.item];
    if (b.field->role == FieldRole::kMatrixIn) cast.input = b.operand;
    if (b.field->name == "scale") cast.scale = b.operand;
    const bool given = b.field->role == FieldRole::kPairGiven;
    cast.scale_inv_is_given = cast.scale_inv_is_given || given;
    if (b.field->role == FieldRole::kPairOut || given)
      (b.field->direction == FP8ORACLE_ROWWISE ? cast.rowwise : cast.columnwise) = b.operand;
  }
  std::vector<Cast> list;
  for (auto& [item, cast] : casts) {
    const bool writes = !cast.rowwise.empty() || !cast.columnwise.empty();
    if (writes && !cast.input.empty()) list.push_back(std::move(cast));
  }
  return list;
}

QuantizedView::QuantizedView(const Case& c, const Arena& arena, const Outcome& outcome,
                             std::size_t step, const Cast& cast, fp8oracle_direction direction)
    : input_(c.input(cast.input)),
      tensor_(c.tensor(cast.tensor(direction))),
      abi_(tensor_.scheme.resolved()),
      direction_(direction),
      codes_(arena.codes(tensor_.name, direction)),
      scale_inv_(arena.scale_inv(tensor_.name, direction)),
      after_(outcome.steps[step].arena),
      place_(scale_grid(abi_, direction, input_.rows, input_.cols)),
      codes_shape_(codes_shape(abi_, direction, input_.rows, input_.cols)),
      values_(static_cast<std::size_t>(input_.rows * input_.cols)),
      given_(cast.scale_inv_is_given) {
  reference::widen_all(input_.type, input_.bits.data(), input_.rows * input_.cols, values_.data());
  if (!cast.scale.empty()) scale_ = cell_before(c, arena, outcome, step, cast.scale);
  if (c.steps[step].is(FP8ORACLE_OP_QUANTIZE_CURRENT))
    scale_ = current_scale(c.steps[step], scale_);
}

/// The scale that quantize_current makes for itself [K14].
float QuantizedView::current_scale(const Step& step, float previous) const {
  const Eigen::Map<const Eigen::ArrayXf> x(values_.data(),
                                           static_cast<Eigen::Index>(values_.size()));
  return reference::scale_from_amax(
      reference::max_magnitude(x, abi_.knobs), tensor_.scheme.format, abi_.knobs,
      {std::bit_cast<float>(step.option("eps")), step.option("pow2") != 0, input_.type, previous});
}

std::uint8_t QuantizedView::stored_scale(std::int64_t row, std::int64_t col) const {
  return after_[scale_inv_.begin + static_cast<std::uint64_t>(scale_inv_index(row, col))];
}

float QuantizedView::stored_scale_inv(std::int64_t row, std::int64_t col) const {
  if (tensor_.scheme.grid.is_mx()) return reference::e8m0_value(stored_scale(row, col));
  float scale_inv = 0;
  const auto at = static_cast<std::uint64_t>(scale_inv_index(row, col)) * sizeof scale_inv;
  std::memcpy(&scale_inv, after_.data() + scale_inv_.begin + at, sizeof scale_inv);
  return scale_inv;
}

std::vector<float> QuantizedView::block(std::int64_t row, std::int64_t col) const {
  const Window window = place_.block(row, col);
  std::vector<float> values;
  for (std::int64_t r = window.row; r < window.row + window.rows; ++r) {
    for (std::int64_t k = window.col; k < window.col + window.cols; ++k) values.push_back(x(r, k));
  }
  return values;
}

float QuantizedView::free_scale(std::int64_t row, std::int64_t col) const {
  const auto [known, fresh] = free_scales_.try_emplace(scale_inv_index(row, col), 0.0f);
  if (!fresh) return known->second;
  const std::vector<float> values = block(row, col);
  const Eigen::Map<const Eigen::ArrayXf> x(values.data(), static_cast<Eigen::Index>(values.size()));
  reference::ScaleOptions options;
  options.input_type = input_.type;
  return known->second = reference::free_scale(x, tensor_.scheme.format, abi_.knobs, options).scale;
}

float QuantizedView::factor(std::int64_t row, std::int64_t col) const {
  const Grid& grid = tensor_.scheme.grid;
  if (grid.is_mx()) {
    const std::uint8_t stored = stored_scale(row, col);
    return stored == reference::kE8m0Nan ? std::numeric_limits<float>::quiet_NaN()
                                         : reference::e8m0_reciprocal(stored);
  }
  if (given_) return 1.0f / stored_scale_inv(row, col);
  return grid.scale_is_given() ? scale_ : free_scale(row, col);
}

float QuantizedView::scaled(std::int64_t row, std::int64_t col) const {
  const float scale = factor(row, col);
  const bool divides =
      !tensor_.scheme.grid.is_mx() && abi_.knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
  if (!divides) return x(row, col) * scale;
  return x(row, col) /
         (given_ ? stored_scale_inv(row, col) : reference::scale_inverse(scale, abi_.knobs));
}

std::uint8_t QuantizedView::code(std::int64_t row, std::int64_t col) const {
  return after_[codes_.begin + static_cast<std::uint64_t>(code_index(row, col))];
}

std::int64_t QuantizedView::code_index(std::int64_t row, std::int64_t col) const {
  return codes_shape_.index(row, col);
}

std::int64_t QuantizedView::scale_inv_index(std::int64_t row, std::int64_t col) const {
  return place_.index(row, col);
}

}  // namespace fp8oracle::runner
