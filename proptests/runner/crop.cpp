// SPDX-License-Identifier: Apache-2.0
#include "runner/crop.h"

#include <algorithm>
#include <cstring>

#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"
#include "reference/layout.h"

namespace fp8oracle::runner {
namespace {

InputDecl crop_input(const InputDecl& x, const Window& w) {
  InputDecl cut = x;
  cut.rows = w.rows;
  cut.cols = w.cols;
  cut.row_stride = w.cols + (x.row_stride - x.cols);
  const auto size = static_cast<std::size_t>(size_of(x.type));
  cut.bits.resize(static_cast<std::size_t>(w.rows * w.cols) * size);
  for (std::int64_t row = 0; row < w.rows; ++row) {
    const auto from = static_cast<std::size_t>((w.row + row) * x.cols + w.col) * size;
    const auto to = static_cast<std::size_t>(row * w.cols) * size;
    std::memcpy(cut.bits.data() + to, x.bits.data() + from,
                static_cast<std::size_t>(w.cols) * size);
  }
  return cut;
}

/// Bytes that cover a whole buffer, moved to the smaller tensor element by element.
std::vector<std::uint8_t> crop_bytes(const Step& step, const TensorDecl& t, const Window& w) {
  const auto direction = static_cast<fp8oracle_direction>(step.directions);
  const ResolvedScheme scheme = t.scheme.resolved();
  const bool codes = step.kind == StepKind::kWriteCodes;
  if (!codes && t.scheme.grid.scale_is_given()) return step.bytes;
  const auto bytes =
      codes ? w.rows * w.cols : scale_grid(scheme, direction, w.rows, w.cols).bytes();
  // Padding keeps the value that it had; the last byte is padding wherever there is some.
  std::vector<std::uint8_t> cut(static_cast<std::size_t>(bytes),
                                step.bytes.empty() ? std::uint8_t{0} : step.bytes.back());
  const auto move = [&](const auto& from, const auto& to) {
    for (std::int64_t row = 0; row < w.rows; ++row) {
      for (std::int64_t col = 0; col < w.cols; ++col) {
        cut[static_cast<std::size_t>(to.index(row, col))] =
            step.bytes[static_cast<std::size_t>(from.index(w.row + row, w.col + col))];
      }
    }
  };
  if (codes) {
    move(codes_shape(scheme, direction, t.rows, t.cols),
         codes_shape(scheme, direction, w.rows, w.cols));
  } else {
    move(scale_grid(scheme, direction, t.rows, t.cols),
         scale_grid(scheme, direction, w.rows, w.cols));
  }
  return cut;
}

bool covers_buffer(const Step& step, const TensorDecl& t) {
  const auto direction = static_cast<fp8oracle_direction>(step.directions);
  const auto bytes = step.kind == StepKind::kWriteCodes
                         ? t.rows * t.cols
                         : scale_grid(t.scheme.resolved(), direction, t.rows, t.cols).bytes();
  return step.at == 0 && static_cast<std::int64_t>(step.bytes.size()) == bytes;
}

bool is_write(const Step& step) {
  return step.kind == StepKind::kWriteCodes || step.kind == StepKind::kWriteScaleInv;
}

/// In either direction. What is one block of all stays one.
bool starts_at_a_block(const Grid& grid, const Window& w) {
  for (const std::int64_t at : {w.row, w.col}) {
    if (grid.block_cols != 0 && at % grid.block_cols != 0) return false;
  }
  return true;
}

template <typename Decl, typename Used>
void keep_used(std::vector<Decl>& list, const Used& used) {
  list.erase(std::remove_if(list.begin(), list.end(), [&](const Decl& d) { return !used(d.name); }),
             list.end());
}

}  // namespace

std::optional<Window> common_shape(const Case& c) {
  std::optional<Window> shape;
  bool same = true;
  const auto see = [&](std::int64_t rows, std::int64_t cols) {
    if (!shape) shape = Window{0, 0, rows, cols};
    same = same && shape->rows == rows && shape->cols == cols;
  };
  for (const InputDecl& x : c.inputs) see(x.rows, x.cols);
  for (const TensorDecl& t : c.tensors) see(t.rows, t.cols);
  for (const OutputDecl& y : c.outputs) see(y.rows, y.cols);
  return same ? shape : std::nullopt;
}

std::optional<Case> crop(const Case& c, const Window& w) {
  const auto shape = common_shape(c);
  if (!shape || w.rows < 0 || w.cols < 0 || w.row + w.rows > shape->rows ||
      w.col + w.cols > shape->cols)
    return std::nullopt;
  for (const TensorDecl& t : c.tensors) {
    if (!starts_at_a_block(t.scheme.grid, w)) return std::nullopt;
  }
  Case cut = c;
  for (InputDecl& x : cut.inputs) x = crop_input(x, w);
  for (TensorDecl& t : cut.tensors) t.rows = w.rows, t.cols = w.cols;
  for (OutputDecl& y : cut.outputs) y.rows = w.rows, y.cols = w.cols;
  for (Step& step : cut.steps) {
    if (step.tamper && !step.tamper->field.empty())
      return std::nullopt;  // its value belongs to the shape
    if (!is_write(step)) continue;
    const TensorDecl& t = c.tensor(step.tensor);
    if (!covers_buffer(step, t)) return std::nullopt;
    step.bytes = crop_bytes(step, t, w);
  }
  return cut;
}

Case without_unused(Case c) {
  const auto names = [&](const std::string& name) {
    return std::any_of(c.steps.begin(), c.steps.end(), [&](const Step& s) {
      const bool of_an_item = std::any_of(s.items.begin(), s.items.end(), [&](const CastItem& i) {
        return i.input == name || i.tensor == name || i.scale == name || i.amax == name;
      });
      return of_an_item || s.input == name || s.tensor == name || s.target == name ||
             s.output == name || s.scale == name || s.amax == name || s.noop == name;
    });
  };
  const TensorDecl first = c.tensors.empty() ? TensorDecl{} : c.tensors.front();
  keep_used(c.inputs, names);
  keep_used(c.tensors, names);
  keep_used(c.scalars, names);
  keep_used(c.outputs, names);
  if (c.tensors.empty() && !first.name.empty()) c.tensors.push_back(first);
  return c;
}

}  // namespace fp8oracle::runner
