// SPDX-License-Identifier: Apache-2.0
#include "cli/explain_case.h"

#include "cli/subject.h"
#include "fp8oracle/step_buffers.h"
#include "reference/describe.h"
#include "runner/derivation.h"
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

std::string direction_text(const runner::QuantizedView& view, fp8oracle_direction direction) {
  std::string text = direction == FP8ORACLE_ROWWISE ? "  rowwise\n" : "  columnwise\n";
  int shown = 0;
  for (std::int64_t row = 0; row < view.rows(); ++row) {
    for (std::int64_t col = 0; col < view.cols(); ++col) {
      if (view.x(row, col) == 0) continue;
      if (shown++ == kShown) return text + "    and more elements\n";
      text += "    row " + std::to_string(row) + ", column " + std::to_string(col) + "\n" +
              joined(runner::derive_element(view, row, col), "      ");
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
                             direction);
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
