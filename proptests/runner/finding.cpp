// SPDX-License-Identifier: Apache-2.0
#include "runner/finding.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include "contract/contract.h"
#include "fp8oracle/layout.h"
#include "reference/codec.h"
#include "reference/e8m0.h"
#include "reference/explain.h"
#include "reference/widen.h"
#include "runner/derivation.h"
#include "runner/quantized_view.h"

namespace fp8oracle::runner {
namespace {

std::string hex(std::uint32_t bits, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%0*x", digits, bits);
  return text;
}

std::string number(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.9g (%a)", value, value);
  return text;
}

float as_float(fp8oracle_type type, std::uint32_t bits) {
  float value = 0;
  reference::widen_all(type, &bits, 1, &value);
  return value;
}

Shown show(const Case& c, const ArenaBuffer& b, std::uint32_t bits) {
  const std::string code = hex(bits, static_cast<int>(2 * b.element_bytes));
  if (b.role == Role::kCodes) {
    return {code, number(reference::decode(c.tensor(b.owner).scheme.format,
                                           static_cast<std::uint8_t>(bits)))};
  }
  if (b.e8m0) return {code, number(reference::e8m0_value(static_cast<std::uint8_t>(bits)))};
  return {code, number(as_float(b.type, bits))};
}

/// What the step works on, each once, in the order of the ABI; not the cells.
std::vector<std::string> operand_names(const Step& step) {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  };
  for (const Binding& b : bindings(step)) {
    if (b.item < 0 && !b.is_cell()) add(b.operand);
  }
  if (step.is(Control::kWrite)) add(step.operand("buffer"));
  return names;
}

std::string step_text(const Case& c, std::size_t s) {
  const Step& step = c.steps[s];
  std::string text = "step " + std::to_string(s + 1) + " of " + std::to_string(c.steps.size()) +
                     ": " + std::string(step.name());
  for (const std::string& name : operand_names(step)) text += " " + name;
  if (step.tamper)
    text += step.tamper->field.empty()
                ? " (an illegal call)"
                : " with " + step.tamper->field + " = " + std::to_string(step.tamper->value);
  return text;
}

Window block_at(const TensorDecl& t, unsigned direction, const Place& at) {
  return scale_grid(t.scheme.resolved(), static_cast<fp8oracle_direction>(direction), t.rows,
                    t.cols)
      .block(at.row, at.col);
}

/// "row 3, columns 32..63"
std::string block_text(const TensorDecl& t, unsigned direction, const Place& at) {
  if (t.scheme.grid.scale_is_given()) return {};
  const auto stretch = [](const char* name, std::int64_t begin, std::int64_t count, bool one) {
    return one ? name + (" " + std::to_string(begin))
               : std::string(name) + "s " + std::to_string(begin) + ".." +
                     std::to_string(begin + count - 1);
  };
  const Window block = block_at(t, direction, at);
  const bool single_lines = t.scheme.grid.block_rows == 1;
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  return stretch("row", block.row, block.rows, single_lines && rowwise) + ", " +
         stretch("column", block.col, block.cols, single_lines && !rowwise);
}

/// x, scale and the derivation of what a cast of the step should have written.
void explain_cast(const Case& c, const Trial& trial, const Difference& d, const Cast& cast,
                  Finding& f) {
  const ArenaBuffer& b = trial.arena.buffers[static_cast<std::size_t>(d.buffer)];
  const TensorDecl& t = c.tensor(b.owner);
  const auto direction = static_cast<fp8oracle_direction>(b.direction == 3 ? 1u : b.direction);
  const QuantizedView view(c, trial.arena, trial.reference, d.step, cast, direction);
  const auto at = place_of(c, trial.arena, d);
  if (!at) {  // padding, or the one scale_inv of all elements
    if (!t.scheme.grid.scale_is_given()) return;
    f.scale = hex(std::bit_cast<std::uint32_t>(view.scale()), 8);
    f.derivation = reference::derive_scale_inv(view.knobs(), view.scale());
    return;
  }
  // The output may be another than the step's, of another shape.
  if (at->row >= t.rows || at->col >= t.cols) return;
  f.x = hex(std::bit_cast<std::uint32_t>(view.x(at->row, at->col)), 8);
  f.block = block_text(t, direction, *at);
  f.scale = hex(std::bit_cast<std::uint32_t>(view.factor(at->row, at->col)), 8);
  f.derivation = b.role == Role::kScaleInv ? derive_scale_inv_of(view, at->row, at->col)
                                           : derive_element(view, at->row, at->col);
}

void explain_quantize(const Case& c, const Trial& trial, const Difference& d, Finding& f) {
  const std::string& owner = trial.arena.buffers[static_cast<std::size_t>(d.buffer)].owner;
  for (const Cast& cast : casts_of(c, trial.arena, trial.reference, d.step)) {
    if (cast.rowwise == owner || cast.columnwise == owner)
      return explain_cast(c, trial, d, cast, f);
  }
}

void explain_dequantize(const Case& c, const Trial& trial, const Difference& d, Finding& f) {
  const Step& step = c.steps[d.step];
  const TensorDecl& t = c.tensor(step.operand("pair"));
  const auto at = place_of(c, trial.arena, d);
  // The output may be another than the step's, of another shape.
  if (!at || at->row >= t.rows || at->col >= t.cols) return;
  const auto direction = static_cast<fp8oracle_direction>(step.directions());
  const auto& arena = trial.reference.steps[d.step].arena;
  const ResolvedScheme abi = t.scheme.resolved();
  const auto code = arena[trial.arena.codes(t.name, direction).begin +
                          static_cast<std::uint64_t>(
                              codes_shape(abi, direction, t.rows, t.cols).index(at->row, at->col))];
  const ArenaBuffer& scales = trial.arena.scale_inv(t.name, direction);
  const auto index = static_cast<std::uint64_t>(
      scale_grid(abi, direction, t.rows, t.cols).index(at->row, at->col));
  float scale_inv = 0;
  if (t.scheme.grid.is_mx()) {
    scale_inv = reference::e8m0_value(arena[scales.begin + index]);
  } else {
    std::memcpy(&scale_inv, arena.data() + scales.begin + sizeof scale_inv * index,
                sizeof scale_inv);
  }
  f.block = block_text(t, direction, *at);
  f.scale = hex(std::bit_cast<std::uint32_t>(scale_inv), 8);
  f.derivation = reference::derive_value(t.scheme.format, code, scale_inv,
                                         c.output(step.operand("output")).type);
}

void explain_scale(const Case& c, const Trial& trial, const Difference& d, Finding& f) {
  const Step& step = c.steps[d.step];
  const Scheme scheme = scheme_of(c, step);
  const float amax = cell_before(c, trial.arena, trial.reference, d.step, step.operand("amax"));
  f.x = hex(std::bit_cast<std::uint32_t>(amax), 8);
  f.derivation = reference::derive_scale_from_amax(
      scheme.format, scheme.profile.knobs_for(scheme.format), amax,
      {std::bit_cast<float>(step.option("eps")), step.option("pow2") != 0,
       static_cast<fp8oracle_type>(step.option("input_type")),
       cell_before(c, trial.arena, trial.reference, d.step, step.operand("scale"))});
}

void explain(const Case& c, const Trial& trial, const Difference& d, Finding& f) {
  const Step& step = c.steps[d.step];
  const Role role = trial.arena.buffers[static_cast<std::size_t>(d.buffer)].role;
  if (trial.reference.steps[d.step].status != FP8ORACLE_OK) return;
  if (d.kind != DifferenceKind::kUntouched && (role == Role::kCodes || role == Role::kScaleInv)) {
    explain_quantize(c, trial, d, f);
  } else if (step.is(FP8ORACLE_OP_DEQUANTIZE) && role == Role::kOutput) {
    explain_dequantize(c, trial, d, f);
  } else if (step.is(FP8ORACLE_OP_SCALE_FROM_AMAX) && role == Role::kCell) {
    explain_scale(c, trial, d, f);
  }
}

std::string what_happened(const Difference& d) {
  switch (d.kind) {
    case DifferenceKind::kUnwritten:
      return "not written: its value follows what was in the buffer before";
    case DifferenceKind::kPadding: return "padding that must be zero";
    case DifferenceKind::kGuard: return "a byte outside every buffer was changed";
    case DifferenceKind::kUntouched: return "the step must not write this buffer";
    default: return d.text;
  }
}

}  // namespace

Finding describe(const std::string& clause, const Case& c, const Trial& trial) {
  Finding f;
  f.clause = clause;
  f.scheme = c.scheme;
  f.smallest = c;
  const Difference* d = trial.first(clause);
  if (d == nullptr) return f;
  f.step = d->step;
  f.step_text = step_text(c, d->step);
  for (const Attributed& a : trial.departures) f.differences += a.clause == clause;
  f.of = trial.comparison.elements;
  if (const std::string what = what_happened(*d); !what.empty()) f.derivation.push_back(what);
  if (d->buffer < 0) return f;
  const ArenaBuffer& b = trial.arena.buffers[static_cast<std::size_t>(d->buffer)];
  f.tensor = b.name;
  const bool bytes = d->kind == DifferenceKind::kUntouched;
  f.expected = bytes ? Shown{hex(d->expected, 2), ""} : show(c, b, d->expected);
  f.observed = bytes ? Shown{hex(d->observed, 2), ""} : show(c, b, d->observed);
  if (const auto at = place_of(c, trial.arena, *d)) {
    f.row = at->row;
    f.col = at->col;
  }
  const std::vector<std::string> before = std::exchange(f.derivation, {});
  explain(c, trial, *d, f);
  f.derivation.insert(f.derivation.begin(), before.begin(), before.end());
  return f;
}

std::string to_text(const Finding& f) {
  std::string text = f.clause + " FAILED  " + std::string(find_clause(f.clause).title) + "\n";
  const auto line = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    char label[16];
    std::snprintf(label, sizeof label, "  %-10s", name);
    text += label + value + "\n";
  };
  line("scheme", f.scheme);
  line("where",
       f.step_text + (f.tensor.empty() ? "" : ", " + f.tensor) +
           (f.row ? ", row " + std::to_string(*f.row) + ", column " + std::to_string(*f.col) : "") +
           (f.block.empty() ? "" : " (block: " + f.block + ")"));
  line("x", f.x);
  line("scale", f.scale);
  const auto shown = [](const Shown& s) {
    return s.code + (s.value.empty() ? "" : " = " + s.value);
  };
  if (!f.expected.code.empty()) {
    line("expected", shown(f.expected));
    line("observed", shown(f.observed));
  }
  if (f.differences > 0 && f.of > 0)
    line("differ", std::to_string(f.differences) + " of " + std::to_string(f.of) + " elements");
  for (std::size_t i = 0; i < f.derivation.size(); ++i)
    line(i == 0 ? "because" : "", f.derivation[i]);
  for (const BehavesLike& b : f.behaves_like) {
    line("like", b.mutant + " (agrees on " + std::to_string(b.agree) + " of " +
                     std::to_string(b.of) + " wrong elements)");
  }
  line("case", f.case_path);
  line("replay", f.replay);
  text.pop_back();
  return text;
}

}  // namespace fp8oracle::runner
