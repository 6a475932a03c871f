// SPDX-License-Identifier: Apache-2.0
#include "runner/sanitize.h"

#include <algorithm>
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

/// Type and shape of what the step's call is about, of its first item if it has items.
std::string shape_cell(const Case& c, const std::vector<Binding>& list) {
  const TensorDecl* tensor = nullptr;
  for (const Binding& b : list) {
    if (b.operand.empty()) continue;
    if (b.field->role == FieldRole::kMatrixIn) {
      const InputDecl& x = c.input(b.operand);
      return std::string(to_string(x.type)) + " " +
             std::string(kind_of_shape(x.rows, x.cols, x.offset != 0 || x.row_stride != x.cols));
    }
    if (b.is_pair() || b.is_scales()) tensor = &c.tensor(b.operand);
    if (b.field->role != FieldRole::kMatrixOut || tensor == nullptr) continue;
    const OutputDecl& y = c.output(b.operand);
    return std::string(to_string(y.type)) + " " +
           std::string(kind_of_shape(y.rows, y.cols, tensor->offset != 0));
  }
  return tensor == nullptr ? std::string()
                           : std::string(kind_of_shape(tensor->rows, tensor->cols, false));
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
    std::string kernel(s.name());
    const std::vector<Binding> list = bindings(s);
    const bool of_a_tensor = std::any_of(list.begin(), list.end(), [](const Binding& b) {
      return !b.operand.empty() && (b.is_pair() || b.is_scales());
    });
    if (!of_a_tensor) {
      added |= seen_.insert(kernel + " " + shape_cell(c, list)).second;
      continue;
    }
    const Scheme scheme = scheme_of(c, s);
    kernel += " " + to_string(scheme.grid) + " " +
              std::string(directions_to_string(scheme.directions)) + " " +
              std::string(to_string(scheme.layout));
    added |= seen_.insert(kernel + " " + shape_cell(c, list)).second;
    added |= seen_.insert(kernel + " " + std::string(scheme.format.name)).second;
    if (scheme.profile.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_TRANSPOSED)
      added |= seen_.insert(kernel + " transposed").second;
  }
  return added;
}

}  // namespace fp8oracle::runner
