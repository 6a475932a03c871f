// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/case.h"

#include <algorithm>
#include <array>
#include <limits>

#include "fp8oracle/error.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/quote.h"

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
  require(cols == 0 || rows <= kMaxElements / cols, quote(name) + ": too large");
}

void check_step(const Case& c, const Step& step) {
  const bool one_direction = step.directions == 1 || step.directions == 2;
  require(step.directions >= 1 && step.directions <= 3, "a step names no direction");
  if (!step.scale.empty()) c.scalar(step.scale);
  if (!step.amax.empty()) c.scalar(step.amax);
  if (!step.target.empty()) c.tensor(step.target);
  switch (step.kind) {
    case StepKind::kSetScale: c.scalar(step.scale); return;
    case StepKind::kAmax: c.input(step.input), c.scalar(step.amax); return;
    case StepKind::kScaleFromAmax: c.scalar(step.amax), c.scalar(step.scale); return;
    case StepKind::kQuantize: {
      const InputDecl& x = c.input(step.input);
      const TensorDecl& t = c.tensor(step.tensor);
      require(x.rows == t.rows && x.cols == t.cols, "quantize: input and tensor differ in shape");
      require((step.directions & ~t.scheme.directions) == 0,
              "quantize: the tensor lacks the direction");
      return;
    }
    case StepKind::kDequantize: {
      const TensorDecl& t = c.tensor(step.tensor);
      const OutputDecl& y = c.output(step.output);
      require(y.rows == t.rows && y.cols == t.cols,
              "dequantize: tensor and output differ in shape");
      require(one_direction && (step.directions & t.scheme.directions) != 0,
              "dequantize: the tensor lacks the direction");
      return;
    }
    case StepKind::kSwizzle:
    case StepKind::kUnswizzle: {
      const TensorDecl& from = c.tensor(step.tensor);
      const TensorDecl& to = c.tensor(step.target);
      require(from.rows == to.rows && from.cols == to.cols, "swizzle: the tensors differ in shape");
      require(
          one_direction && (step.directions & from.scheme.directions & to.scheme.directions) != 0,
          "swizzle: a tensor lacks the direction");
      require(from.scheme.is_block() && to.scheme.is_block(),
              "swizzle: per tensor there is nothing to permute");
      const bool into = step.kind == StepKind::kSwizzle;
      require(((into ? to : from).scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED) &&
                  ((into ? from : to).scheme.layout != FP8ORACLE_LAYOUT_SWIZZLED),
              "swizzle: one side must be swizzled, the other not");
      return;
    }
    case StepKind::kWriteCodes:
    case StepKind::kWriteScaleInv: {
      const TensorDecl& t = c.tensor(step.tensor);
      require(one_direction && (step.directions & t.scheme.directions) != 0,
              "write: the tensor lacks the direction");
      const auto direction = static_cast<fp8oracle_direction>(step.directions);
      const fp8oracle_scheme scheme = t.scheme.abi();
      const std::int64_t bytes = step.kind == StepKind::kWriteCodes
                                     ? t.rows * t.cols
                                     : scale_inv_shape(scheme, direction, t.rows, t.cols).bytes();
      require(step.at >= 0 && static_cast<std::int64_t>(step.bytes.size()) <= bytes &&
                  step.at <= bytes - static_cast<std::int64_t>(step.bytes.size()),
              "write: bytes outside the buffer");
      return;
    }
  }
}

}  // namespace

std::string_view to_string(StepKind kind) {
  constexpr std::array<std::string_view, 9> names{
      "set_scale", "quantize",  "amax",        "scale_from_amax", "dequantize",
      "swizzle",   "unswizzle", "write_codes", "write_scale_inv"};
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
}

}  // namespace fp8oracle
