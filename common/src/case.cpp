// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/case.h"

#include <algorithm>
#include <array>
#include <limits>

#include "fp8oracle/error.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/quote.h"
#include "fp8oracle/scale_grid.h"

namespace fp8oracle {
namespace {

constexpr std::int64_t kMaxElements = std::int64_t{1} << 40;

template <typename Decl>
const Decl& find(const std::vector<Decl>& list, std::string_view name, const char* what) {
  for (const Decl& decl : list) {
    if (decl.name == name) return decl;
  }
  throw UsageError(std::string("case: no ") + what + " named " + quote(name));
}

void require(bool ok, const std::string& message) {
  if (!ok) throw UsageError("case: " + message);
}

void check_shape(const std::string& name, std::int64_t rows, std::int64_t cols) {
  require(rows >= 0 && cols >= 0, quote(name) + ": a dimension is negative");
  // Each by itself too: padding makes a larger one of it, and of no columns there are no elements.
  require(rows <= kMaxElements && cols <= kMaxElements, quote(name) + ": too large");
  require(cols == 0 || rows <= kMaxElements / cols, quote(name) + ": too large");
}

bool one_direction(const Step& step) { return step.directions == 1 || step.directions == 2; }

const TensorDecl& check_cast(const Case& c, const Step& step, const std::string& input,
                             const std::string& tensor) {
  const InputDecl& x = c.input(input);
  const TensorDecl& t = c.tensor(tensor);
  require(x.rows == t.rows && x.cols == t.cols, "quantize: input and tensor differ in shape");
  require((step.directions & ~t.scheme.directions) == 0,
          "quantize: the tensor lacks the direction");
  return t;
}

/// Where a step names no tensor, the first one carries the scheme.
void check_carrier(const Case& c, const Step& step) {
  require(!c.tensors.empty(), std::string(to_string(step.kind)) + ": no tensor carries the scheme");
}

void check_many(const Case& c, const Step& step) {
  if (step.items.empty()) check_carrier(c, step);
  std::vector<std::string> tensors;
  for (const CastItem& item : step.items) {
    const TensorDecl& t = check_cast(c, step, item.input, item.tensor);
    if (!item.scale.empty()) c.scalar(item.scale);
    if (!item.amax.empty()) c.scalar(item.amax);
    require(t.scheme.name() == c.tensor(step.items.front().tensor).scheme.name(),
            "quantize_many: the tensors differ in scheme");
    tensors.push_back(item.tensor);
  }
  std::sort(tensors.begin(), tensors.end());
  require(std::adjacent_find(tensors.begin(), tensors.end()) == tensors.end(),
          "quantize_many: two items write one tensor");
}

void check_dequantize(const Case& c, const Step& step) {
  const TensorDecl& t = c.tensor(step.tensor);
  const OutputDecl& y = c.output(step.output);
  require(y.rows == t.rows && y.cols == t.cols, "dequantize: tensor and output differ in shape");
  require(one_direction(step) && (step.directions & t.scheme.directions) != 0,
          "dequantize: the tensor lacks the direction");
}

void check_permute(const Case& c, const Step& step) {
  const TensorDecl& from = c.tensor(step.tensor);
  const TensorDecl& to = c.tensor(step.target);
  require(from.rows == to.rows && from.cols == to.cols, "swizzle: the tensors differ in shape");
  require(
      one_direction(step) && (step.directions & from.scheme.directions & to.scheme.directions) != 0,
      "swizzle: a tensor lacks the direction");
  require(!from.scheme.grid.scale_is_given() && !to.scheme.grid.scale_is_given(),
          "swizzle: per tensor there is nothing to permute");
  const bool into = step.kind == StepKind::kSwizzle;
  require(((into ? to : from).scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED) &&
              ((into ? from : to).scheme.layout != FP8ORACLE_LAYOUT_SWIZZLED),
          "swizzle: one side must be swizzled, the other not");
}

void check_write(const Case& c, const Step& step) {
  const TensorDecl& t = c.tensor(step.tensor);
  require(one_direction(step) && (step.directions & t.scheme.directions) != 0,
          "write: the tensor lacks the direction");
  const auto direction = static_cast<fp8oracle_direction>(step.directions);
  const ResolvedScheme scheme = t.scheme.resolved();
  const std::int64_t bytes = step.kind == StepKind::kWriteCodes
                                 ? t.rows * t.cols
                                 : scale_grid(scheme, direction, t.rows, t.cols).bytes();
  require(step.at >= 0 && static_cast<std::int64_t>(step.bytes.size()) <= bytes &&
              step.at <= bytes - static_cast<std::int64_t>(step.bytes.size()),
          "write: bytes outside the buffer");
}

void check_step(const Case& c, const Step& step) {
  require(step.directions >= 1 && step.directions <= 3, "a step names no direction");
  for (const std::string* name : {&step.scale, &step.amax, &step.noop}) {
    if (!name->empty()) c.scalar(*name);
  }
  if (!step.target.empty()) c.tensor(step.target);
  switch (step.kind) {
    case StepKind::kSetScale: c.scalar(step.scale); return;
    case StepKind::kSetNoop: c.scalar(step.noop); return;
    case StepKind::kAmax:
      c.input(step.input), c.scalar(step.amax);
      check_carrier(c, step);
      return;
    case StepKind::kScaleFromAmax:
      c.scalar(step.amax), c.scalar(step.scale);
      check_carrier(c, step);
      return;
    case StepKind::kQuantize:
    case StepKind::kQuantizeCurrent: check_cast(c, step, step.input, step.tensor); return;
    case StepKind::kQuantizeMany: check_many(c, step); return;
    case StepKind::kScaleInverse:
      require(c.tensor(step.tensor).scheme.grid.scale_is_given(), "scale_inverse: is per tensor");
      return;
    case StepKind::kDequantize: check_dequantize(c, step); return;
    case StepKind::kSwizzle:
    case StepKind::kUnswizzle: check_permute(c, step); return;
    case StepKind::kWriteCodes:
    case StepKind::kWriteScaleInv: check_write(c, step); return;
    case StepKind::kCapture:
    case StepKind::kEndCapture:
    case StepKind::kReplay:
    case StepKind::kSynchronize: return;
  }
}

bool runs_on_the_host(StepKind kind) {
  return kind == StepKind::kSetScale || kind == StepKind::kSetNoop ||
         kind == StepKind::kWriteCodes || kind == StepKind::kWriteScaleInv ||
         kind == StepKind::kSynchronize || kind == StepKind::kReplay || kind == StepKind::kCapture;
}

/// Captures come in pairs and hold operations alone; a replay has something to replay.
void check_captures(const std::vector<Step>& steps) {
  bool recording = false, recorded = false;
  for (const Step& step : steps) {
    require(!recording || !runs_on_the_host(step.kind),
            std::string(to_string(step.kind)) + ": cannot be captured");
    if (step.kind == StepKind::kReplay) require(recorded, "replay: nothing was captured");
    if (step.kind == StepKind::kEndCapture) {
      require(recording, "end_capture: without a capture");
      recorded = true;
    }
    if (step.kind == StepKind::kCapture || step.kind == StepKind::kEndCapture)
      recording = step.kind == StepKind::kCapture;
  }
  require(!recording, "capture: without an end_capture");
}

}  // namespace

std::string_view to_string(StepKind kind) {
  constexpr std::array<std::string_view, 17> names{
      "set_scale",        "quantize",      "amax",          "scale_from_amax", "dequantize",
      "swizzle",          "unswizzle",     "write_codes",   "write_scale_inv", "set_noop",
      "quantize_current", "quantize_many", "scale_inverse", "capture",         "end_capture",
      "replay",           "synchronize"};
  return names.at(static_cast<std::size_t>(kind));
}

const InputDecl& Case::input(std::string_view name) const { return find(inputs, name, "input"); }
const TensorDecl& Case::tensor(std::string_view name) const {
  return find(tensors, name, "tensor");
}
const OutputDecl& Case::output(std::string_view name) const {
  return find(outputs, name, "output");
}
const ScalarDecl& Case::scalar(std::string_view name) const {
  return find(scalars, name, "scalar");
}

void check_case(const Case& c) {
  std::vector<std::string> names;
  for (const InputDecl& x : c.inputs) {
    check_shape(x.name, x.rows, x.cols);
    require(x.row_stride >= x.cols && x.row_stride <= kMaxElements,
            quote(x.name) + ": row_stride is less than cols, or too large");
    require(x.rows == 0 || x.row_stride <= kMaxElements / x.rows, quote(x.name) + ": too large");
    require(x.offset >= 0 && x.offset < 1024, quote(x.name) + ": offset outside 0 to 1023");
    require(static_cast<std::int64_t>(x.bits.size()) == x.rows * x.cols * size_of(x.type),
            quote(x.name) + ": rows x cols elements are not there");
    names.push_back(x.name);
  }
  for (const TensorDecl& t : c.tensors) {
    check_shape(t.name, t.rows, t.cols);
    require(t.offset >= 0 && t.offset < 1024, quote(t.name) + ": offset outside 0 to 1023");
    names.push_back(t.name);
  }
  for (const OutputDecl& y : c.outputs) {
    check_shape(y.name, y.rows, y.cols);
    names.push_back(y.name);
  }
  for (const ScalarDecl& s : c.scalars) names.push_back(s.name);
  std::sort(names.begin(), names.end());
  require(std::adjacent_find(names.begin(), names.end()) == names.end(),
          "two declarations have one name");
  require(names.empty() || !names.front().empty(), "a declaration has no name");
  for (const Step& step : c.steps) check_step(c, step);
  check_captures(c.steps);
}

std::vector<std::size_t> steps_run_by(const Case& c, std::size_t index) {
  std::vector<std::size_t> recorded;  // by the capture that was begun last before `index`
  bool recording = false;
  for (std::size_t i = 0; i < index; ++i) {
    const StepKind kind = c.steps[i].kind;
    if (kind == StepKind::kCapture) recorded.clear();
    if (recording && kind != StepKind::kEndCapture) recorded.push_back(i);
    if (kind == StepKind::kCapture || kind == StepKind::kEndCapture)
      recording = kind == StepKind::kCapture;
  }
  if (recording) return {};
  if (c.steps[index].kind == StepKind::kReplay) return recorded;
  return {index};
}

}  // namespace fp8oracle
