// SPDX-License-Identifier: Apache-2.0
#include "runner/sanitize.h"

#include <array>

#include "fp8oracle/layout.h"

namespace fp8oracle::runner {
namespace {

constexpr std::int64_t kTile = 128;  ///< of a scale layout; a multiple of every vector

std::string_view kind_of_shape(std::int64_t rows, std::int64_t cols, bool unaligned) {
  if (rows == 0 || cols == 0) return "empty";
  if (unaligned) return "unaligned";
  return rows % kTile == 0 && cols % kTile == 0 ? "full" : "tail";
}

std::string shape_cell(const Case& c, const Step& s) {
  if (!s.input.empty()) {
    const InputDecl& x = c.input(s.input);
    return std::string(to_string(x.type)) + " " +
           std::string(kind_of_shape(x.rows, x.cols, x.offset != 0 || x.row_stride != x.cols));
  }
  if (!s.output.empty()) {
    const OutputDecl& y = c.output(s.output);
    return std::string(to_string(y.type)) + " " +
           std::string(kind_of_shape(y.rows, y.cols, c.tensor(s.tensor).offset != 0));
  }
  if (s.tensor.empty()) return {};
  const TensorDecl& t = c.tensor(s.tensor);
  return std::string(kind_of_shape(t.rows, t.cols, false));
}

}  // namespace

void force_variant(plans::Plan& plan, const plans::ShapeLimits& limits, std::uint64_t variant) {
  constexpr std::array kTypes{FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16};
  const std::uint64_t shape = variant / kTypes.size() % 3;
  plan.type = kTypes[variant % kTypes.size()];
  plan.rows = shape == 0 ? kTile : round_up(65, limits.row_multiple);
  plan.cols = shape == 0 ? kTile : round_up(97, limits.col_multiple);
  plan.offset = shape == 2 ? 1 : 0;
  plan.stride_extra = shape == 2 ? 3 : 0;
  plan.variant = static_cast<std::uint32_t>(variant);
}

bool SanitizeCells::adds(const Case& c) {
  bool added = false;
  for (const Step& s : c.steps) {
    std::string kernel(to_string(s.kind));
    if (s.tensor.empty()) {
      added |= seen_.insert(kernel + " " + shape_cell(c, s)).second;
      continue;
    }
    const Scheme& scheme = c.tensor(s.tensor).scheme;
    kernel += " " + std::string(to_string(scheme.grid)) + " " +
              std::string(directions_to_string(s.directions)) + " " +
              std::string(to_string(scheme.layout));
    added |= seen_.insert(kernel + " " + shape_cell(c, s)).second;
    added |= seen_.insert(kernel + " " + std::string(scheme.format.name)).second;
    if (scheme.profile.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_TRANSPOSED)
      added |= seen_.insert(kernel + " transposed").second;
  }
  return added;
}

}  // namespace fp8oracle::runner
