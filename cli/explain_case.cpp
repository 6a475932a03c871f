// SPDX-License-Identifier: Apache-2.0
#include "cli/explain_case.h"

#include "cli/subject.h"
#include "fp8oracle/layout.h"
#include "reference/describe.h"
#include "reference/explain.h"
#include "runner/quantized_view.h"
#include "runner/session.h"

namespace fp8oracle::cli {
namespace {

constexpr int kShown = 4;  ///< codes a direction

std::string joined(const std::vector<std::string>& lines, const char* indent) {
  std::string text;
  for (const std::string& line : lines) text += indent + line + "\n";
  return text;
}

/// The elements of a tile of the MX granularity; one block is what a reader follows.
std::vector<float> block_at(const runner::QuantizedView& view, fp8oracle_direction direction,
                            std::int64_t row, std::int64_t col) {
  const bool tile = view.scheme().granularity == FP8ORACLE_GRANULARITY_MX32X32;
  const bool along_row = tile || direction == FP8ORACLE_ROWWISE;
  const bool along_col = tile || direction == FP8ORACLE_COLUMNWISE;
  const auto begin = [](std::int64_t at, bool along) {
    return along ? at / kMxBlock * kMxBlock : at;
  };
  const auto end = [&](std::int64_t at, bool along, std::int64_t length) {
    return std::min(begin(at, along) + (along ? kMxBlock : 1), length);
  };
  std::vector<float> block;
  for (std::int64_t r = begin(row, along_col); r < end(row, along_col, view.rows()); ++r) {
    for (std::int64_t k = begin(col, along_row); k < end(col, along_row, view.cols()); ++k)
      block.push_back(view.x(r, k));
  }
  return block;
}

std::string element_text(const runner::QuantizedView& view, fp8oracle_direction direction,
                         std::int64_t row, std::int64_t col) {
  const Format& format = view.scheme().format;
  const std::string place = "    row " + std::to_string(row) + ", column " + std::to_string(col);
  if (!view.scheme().is_block()) {
    return place + "\n" +
           joined(reference::derive_code(format, view.knobs(), view.x(row, col), view.scale()),
                  "      ");
  }
  return place + "\n" +
         joined(reference::derive_block_scale(format, view.knobs(),
                                              block_at(view, direction, row, col)),
                "      ") +
         joined(reference::derive_mx_code(format, view.knobs(), view.x(row, col),
                                          view.stored_scale(row, col)),
                "      ");
}

std::string direction_text(const runner::QuantizedView& view, fp8oracle_direction direction) {
  std::string text = direction == FP8ORACLE_ROWWISE ? "  rowwise\n" : "  columnwise\n";
  int shown = 0;
  for (std::int64_t row = 0; row < view.rows(); ++row) {
    for (std::int64_t col = 0; col < view.cols(); ++col) {
      if (view.x(row, col) == 0) continue;
      if (shown++ == kShown) return text + "    and more elements\n";
      text += element_text(view, direction, row, col);
    }
  }
  return shown > 0 ? text : text + "    every element is zero\n";
}

std::string step_text(const Case& c, std::size_t index, const Arena& arena,
                      const Outcome& outcome) {
  const Step& step = c.steps[index];
  const StepOutcome& left = outcome.steps[index];
  std::string text = "step " + std::to_string(index + 1) + ": " + std::string(to_string(step.kind));
  for (const std::string* name :
       {&step.input, &step.tensor, &step.target, &step.output, &step.amax, &step.scale}) {
    if (!name->empty()) text += " " + *name;
  }
  if (left.status != FP8ORACLE_OK) return text + "\n  must be refused: " + left.message + "\n";
  text += "\n";
  if (step.kind == StepKind::kScaleFromAmax || step.kind == StepKind::kSetScale) {
    return text + "  scale = " +
           reference::number(runner::scalar_before(c, arena, outcome, index + 1, step.scale)) +
           "\n";
  }
  if (step.kind == StepKind::kAmax) {
    return text + "  amax = " +
           reference::number(runner::scalar_before(c, arena, outcome, index + 1, step.amax)) + "\n";
  }
  for (const CastItem& cast : runner::casts_of(c, arena, outcome, index)) {
    const unsigned directions = c.tensor(cast.tensor).scheme.directions & step.directions;
    for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
      if ((directions & static_cast<unsigned>(direction)) == 0) continue;
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
