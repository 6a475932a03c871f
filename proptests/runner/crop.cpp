// SPDX-License-Identifier: Apache-2.0
#include "runner/crop.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "fp8oracle/arena.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"

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
std::vector<std::uint8_t> crop_bytes(const Step& step, const ArenaBuffer& buffer,
                                     const TensorDecl& t, const Window& w) {
  const auto direction =
      static_cast<fp8oracle_direction>(buffer.direction == 3 ? 1u : buffer.direction);
  const ResolvedScheme scheme = t.scheme.resolved();
  const bool codes = buffer.role == Role::kCodes;
  if (!codes && t.scheme.grid.scale_is_given()) return step.bytes;
  const ScaleGrid scales = scale_grid(scheme, direction, w.rows, w.cols);
  const std::int64_t size = codes ? 1 : scales.element_bytes;
  const std::int64_t bytes = codes ? w.rows * w.cols : scales.bytes();
  // Padding keeps the value that it had; the last byte is padding wherever there is some.
  std::vector<std::uint8_t> cut(static_cast<std::size_t>(bytes),
                                step.bytes.empty() ? std::uint8_t{0} : step.bytes.back());
  const auto move = [&](const auto& from, const auto& to) {
    for (std::int64_t row = 0; row < w.rows; ++row) {
      for (std::int64_t col = 0; col < w.cols; ++col) {
        std::memcpy(cut.data() + to.index(row, col) * size,
                    step.bytes.data() + from.index(w.row + row, w.col + col) * size,
                    static_cast<std::size_t>(size));
      }
    }
  };
  if (codes) {
    move(codes_shape(scheme, direction, t.rows, t.cols),
         codes_shape(scheme, direction, w.rows, w.cols));
  } else {
    move(scale_grid(scheme, direction, t.rows, t.cols), scales);
  }
  return cut;
}

template <typename Decl, typename Used>
void keep_used(std::vector<Decl>& list, const Used& used) {
  list.erase(std::remove_if(list.begin(), list.end(), [&](const Decl& d) { return !used(d.name); }),
             list.end());
}

/// In either direction. What is one block of all stays one.
bool starts_at_a_block(const Grid& grid, const Window& w) {
  for (const std::int64_t at : {w.row, w.col}) {
    if (grid.block_cols != 0 && at % grid.block_cols != 0) return false;
  }
  return true;
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
  const Arena arena = lay_out(c);
  Case cut = c;
  for (InputDecl& x : cut.inputs) x = crop_input(x, w);
  for (TensorDecl& t : cut.tensors) t.rows = w.rows, t.cols = w.cols;
  for (OutputDecl& y : cut.outputs) y.rows = w.rows, y.cols = w.cols;
  for (Step& step : cut.steps) {
    if (step.tamper && !step.tamper->field.empty())
      return std::nullopt;  // its value belongs to the shape
    if (!step.is(Control::kWrite)) continue;
    const ArenaBuffer& buffer = arena.named(step.operand("buffer"));
    if (step.at != 0 || step.bytes.size() != buffer.bytes) return std::nullopt;
    step.bytes = crop_bytes(step, buffer, c.tensor(buffer.owner), w);
  }
  return cut;
}

Case without_unused(Case c) {
  // An operand names a declaration, or a part of one: "t.rowwise.codes".
  std::set<std::string, std::less<>> names;
  for (const Step& s : c.steps) {
    for (const auto& [field, given] : s.operands) names.insert(given.substr(0, given.find('.')));
  }
  const auto used = [&names](const std::string& name) { return names.count(name) != 0; };
  const TensorDecl first = c.tensors.empty() ? TensorDecl{} : c.tensors.front();
  keep_used(c.inputs, used);
  keep_used(c.tensors, used);
  keep_used(c.cells, used);
  keep_used(c.outputs, used);
  if (c.tensors.empty() && !first.name.empty()) c.tensors.push_back(first);
  return c;
}

}  // namespace fp8oracle::runner
