// SPDX-License-Identifier: Apache-2.0
#include "runner/derivation.h"

#include <Eigen/Core>

#include "reference/amax.h"
#include "reference/describe.h"
#include "reference/explain.h"
#include "reference/scale.h"

namespace fp8oracle::runner {
namespace {

using Lines = std::vector<std::string>;

/// amax, scale and scale_inv of a block whose scale is FP32.
Lines derive_free_scale(const QuantizedView& view, std::int64_t row, std::int64_t col) {
  const std::vector<float> block = view.block(row, col);
  const Eigen::Map<const Eigen::ArrayXf> x(block.data(), static_cast<Eigen::Index>(block.size()));
  reference::ScaleOptions options;
  options.input_type = view.type();
  Lines lines = reference::derive_scale_from_amax(
      view.scheme().format, view.knobs(), reference::max_magnitude(x, view.knobs()), options);
  for (std::string& line : reference::derive_scale_inv(view.knobs(), view.factor(row, col)))
    lines.push_back(std::move(line));
  return lines;
}

}  // namespace

Lines derive_scale_inv_of(const QuantizedView& view, std::int64_t row, std::int64_t col) {
  const Grid& grid = view.scheme().grid;
  if (view.scale_inv_is_given())
    return {"scale_inv      = " + reference::number(view.stored_scale_inv(row, col)) + ", given"};
  if (grid.scale_is_given()) return reference::derive_scale_inv(view.knobs(), view.scale());
  if (!grid.is_mx()) return derive_free_scale(view, row, col);
  return reference::derive_block_scale(view.scheme().format, view.knobs(), view.block(row, col));
}

Lines derive_element(const QuantizedView& view, std::int64_t row, std::int64_t col) {
  const Grid& grid = view.scheme().grid;
  const float x = view.x(row, col);
  Lines lines;
  if (!grid.scale_is_given() || view.scale_inv_is_given())
    lines = derive_scale_inv_of(view, row, col);
  const Lines code = grid.is_mx() ? reference::derive_mx_code(view.scheme().format, view.knobs(), x,
                                                              view.stored_scale(row, col))
                                  : reference::derive_code(view.scheme().format, view.knobs(), x,
                                                           view.factor(row, col));
  lines.insert(lines.end(), code.begin(), code.end());
  return lines;
}

}  // namespace fp8oracle::runner
