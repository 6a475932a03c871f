// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "fp8oracle/outcome.h"
#include "fp8oracle/resolved_scheme.h"
#include "fp8oracle/scale_grid.h"

namespace fp8oracle::runner {

/// One tensor that a step casts: its input, the cell of its scale ("" = none), and the tensor of
/// either direction ("" = not asked for).
struct Cast {
  std::string input, scale, rowwise, columnwise;
  bool scale_inv_is_given = false;
  const std::string& tensor(fp8oracle_direction direction) const {
    return direction == FP8ORACLE_ROWWISE ? rowwise : columnwise;
  }
};

/// The casts that a step makes: one, one an item, none for other steps or where noop = 1 stops them.
std::vector<Cast> casts_of(const Case& c, const Arena& arena, const Outcome& outcome,
                           std::size_t step);

/// One direction of one cast of a step, element by element: the input, the factor it is
/// multiplied by, and where its code and its scale_inv lie. For coverage, derivations and
/// statistics.
class QuantizedView {
 public:
  /// `outcome` supplies the scale of the recipe and the stored scales.
  QuantizedView(const Case& c, const Arena& arena, const Outcome& outcome, std::size_t step,
                const Cast& cast, fp8oracle_direction direction);

  std::int64_t rows() const { return input_.rows; }
  std::int64_t cols() const { return input_.cols; }
  const Scheme& scheme() const { return tensor_.scheme; }
  const Knobs& knobs() const { return abi_.knobs; }
  fp8oracle_type type() const { return input_.type; }
  bool scale_inv_is_given() const { return given_; }
  const ArenaBuffer& codes() const { return codes_; }
  const ArenaBuffer& scale_inv() const { return scale_inv_; }

  float x(std::int64_t row, std::int64_t col) const {
    return values_[static_cast<std::size_t>(row * input_.cols + col)];
  }
  /// The recipe's scale (tensor).
  float scale() const { return scale_; }
  /// The stored E8M0 code of the element's block (MX).
  std::uint8_t stored_scale(std::int64_t row, std::int64_t col) const;
  /// The stored scale_inv of the element, whatever its type.
  float stored_scale_inv(std::int64_t row, std::int64_t col) const;
  /// The elements that share a scale with this one, itself with them.
  std::vector<float> block(std::int64_t row, std::int64_t col) const;
  /// The scale of the element: the recipe's, 1 / the stored power of two, that of its block with
  /// FP32 scales, or RN(1 / scale_inv) where that is given.
  float factor(std::int64_t row, std::int64_t col) const;
  /// What the encoder sees: RN(x * scale), by the profile's product rule.
  float scaled(std::int64_t row, std::int64_t col) const;
  std::uint8_t code(std::int64_t row, std::int64_t col) const;

  std::int64_t code_index(std::int64_t row, std::int64_t col) const;
  std::int64_t scale_inv_index(std::int64_t row, std::int64_t col) const;

 private:
  float current_scale(const Step& step, float previous) const;
  float free_scale(std::int64_t row, std::int64_t col) const;

  const InputDecl& input_;
  const TensorDecl& tensor_;
  ResolvedScheme abi_;
  fp8oracle_direction direction_;
  const ArenaBuffer& codes_;
  const ArenaBuffer& scale_inv_;
  const std::vector<std::uint8_t>& after_;
  ScaleGrid place_;
  CodesShape codes_shape_;
  std::vector<float> values_;
  const bool given_;
  float scale_ = 1.0f;
  mutable std::map<std::int64_t, float> free_scales_;  ///< of blocks that were asked for
};

/// The cell's value just before `step` ran.
float cell_before(const Case& c, const Arena& arena, const Outcome& outcome, std::size_t step,
                  const std::string& name);

}  // namespace fp8oracle::runner
