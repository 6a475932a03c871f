// SPDX-License-Identifier: Apache-2.0
#include "cli/explain_case.h"

#include <Eigen/Core>

#include "cli/subject.h"
#include "fp8oracle/scale_grid.h"
#include "fp8oracle/step_buffers.h"
#include "reference/amax.h"
#include "reference/block.h"
#include "reference/describe.h"
#include "reference/explain.h"
#include "runner/quantized_view.h"
#include "runner/session.h"

namespace fp8oracle::cli {
namespace {

constexpr int kShown = 4;  ///< codes a direction

using Lines = std::vector<std::string>;

std::string joined(const Lines& lines, const char* indent) {
  std::string text;
  for (const std::string& line : lines) text += indent + line + "\n";
  return text;
}

/// The elements that share a scale with this one.
std::vector<float> block_at(const runner::QuantizedView& view, const ScaleGrid& scales,
                            std::int64_t row, std::int64_t col) {
  const Window window = scales.block(row, col);
  std::vector<float> block;
  for (std::int64_t r = window.row; r < window.row + window.rows; ++r) {
    for (std::int64_t k = window.col; k < window.col + window.cols; ++k)
      block.push_back(view.x(r, k));
  }
  return block;
}

/// amax, scale, scale_inv and code of an element whose block has an FP32 scale of its own.
Lines derive_in_block(const runner::QuantizedView& view, const std::vector<float>& block, float x,
                      fp8oracle_type type) {
  const Format& format = view.scheme().format;
  reference::ScaleOptions options;
  options.input_type = type;
  const Eigen::Map<const Eigen::ArrayXf> elements(block.data(),
                                                  static_cast<Eigen::Index>(block.size()));
  const float scale = reference::free_scale(elements, format, view.knobs(), options).scale;
  const float amax = reference::max_magnitude(elements, view.knobs());
  Lines lines = reference::derive_scale_from_amax(format, view.knobs(), amax, options);
  for (const Lines& more : {reference::derive_scale_inv(view.knobs(), scale),
                            reference::derive_code(format, view.knobs(), x, scale)}) {
    lines.insert(lines.end(), more.begin(), more.end());
  }
  return lines;
}

Lines derive_element(const runner::QuantizedView& view, const ScaleGrid& scales, std::int64_t row,
                     std::int64_t col, fp8oracle_type type) {
  const Format& format = view.scheme().format;
  const float x = view.x(row, col);
  if (scales.grid.scale_is_given())
    return reference::derive_code(format, view.knobs(), x, view.scale());
  const std::vector<float> block = block_at(view, scales, row, col);
  if (!scales.grid.is_mx()) return derive_in_block(view, block, x, type);
  Lines lines = reference::derive_block_scale(format, view.knobs(), block);
  const Lines code =
      reference::derive_mx_code(format, view.knobs(), x, view.stored_scale(row, col));
  lines.insert(lines.end(), code.begin(), code.end());
  return lines;
}

std::string direction_text(const runner::QuantizedView& view, fp8oracle_direction direction,
                           fp8oracle_type type) {
  const ScaleGrid scales =
      scale_grid(view.scheme().resolved(), direction, view.rows(), view.cols());
  std::string text = direction == FP8ORACLE_ROWWISE ? "  rowwise\n" : "  columnwise\n";
  int shown = 0;
  for (std::int64_t row = 0; row < view.rows(); ++row) {
    for (std::int64_t col = 0; col < view.cols(); ++col) {
      if (view.x(row, col) == 0) continue;
      if (shown++ == kShown) return text + "    and more elements\n";
      text += "    row " + std::to_string(row) + ", column " + std::to_string(col) + "\n" +
              joined(derive_element(view, scales, row, col, type), "      ");
    }
  }
  return shown > 0 ? text : text + "    every element is zero\n";
}

std::string step_text(const Case& c, std::size_t index, const Arena& arena,
                      const Outcome& outcome) {
  const Step& step = c.steps[index];
  const StepOutcome& left = outcome.steps[index];
  std::string text = "step " + std::to_string(index + 1) + ": " + std::string(step.name());
  for (const auto& [field, given] : step.operands) {
    if (!given.empty()) text += " " + field + "=" + given;
  }
  if (left.status != FP8ORACLE_OK) return text + "\n  must be refused: " + left.message + "\n";
  text += "\n";
  for (const StepBuffer& b : buffers_of(arena, step)) {
    if (!b.written || b.buffer->role != Role::kCell) continue;
    const float left_there = runner::cell_before(c, arena, outcome, index + 1, b.buffer->name);
    text += "  " + b.path + " = " + reference::number(left_there) + "\n";
  }
  for (const runner::Cast& cast : runner::casts_of(c, arena, outcome, index)) {
    for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
      if (cast.tensor(direction).empty()) continue;
      text += direction_text(runner::QuantizedView(c, arena, outcome, index, cast, direction),
                             direction, c.input(cast.input).type);
    }
  }
  return text;
}

}  // namespace

std::string explain_case(const Case& c) {
  const Arena arena = lay_out(c);
  const Outcome outcome = reference_side()()->run(c, Fill::kA);
  std::string text = "scheme " + c.scheme + ", made for " + c.clause + ", seed " +
                     std::to_string(c.seed) + ", number " + std::to_string(c.number) +
                     (c.note.empty() ? "" : "\n" + c.note) + "\n";
  for (std::size_t i = 0; i < outcome.steps.size(); ++i)
    text += "\n" + step_text(c, i, arena, outcome);
  return text;
}

}  // namespace fp8oracle::cli
