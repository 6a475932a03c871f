// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "fp8oracle/compare.h"
#include "plans/inputs.h"
#include "plans/plan.h"

namespace fp8oracle::clauses {

/// Writes a history step by step. Names: "x" inputs, "t" tensors, "y" outputs, "s" scales, "a"
/// amaxes.
class CaseBuilder {
 public:
  CaseBuilder(std::string_view clause, const Scheme& scheme, const plans::Plan& plan)
      : scheme_(scheme), plan_(plan) {
    case_.clause = clause;
    case_.scheme = scheme.name();
    case_.number = plan.number;
  }

  CaseBuilder& input(plans::Bulk bulk, const std::string& name = "x") {
    case_.inputs.push_back(plans::make_input(scheme_, plan_, bulk, name));
    return *this;
  }
  CaseBuilder& input(InputDecl x) {
    case_.inputs.push_back(std::move(x));
    return *this;
  }
  CaseBuilder& tensor(const std::string& name, const Scheme& scheme) {
    case_.tensors.push_back({name, scheme, plan_.rows, plan_.cols, plan_.offset});
    return *this;
  }
  /// A tensor of its own shape, with an input of that shape, for lists of tensors.
  CaseBuilder& pair_of_shape(const std::string& x, const std::string& t, const plans::Plan& shape) {
    case_.inputs.push_back(plans::make_input(scheme_, shape, plans::Bulk::kOrdinary, x));
    case_.tensors.push_back({t, scheme_, shape.rows, shape.cols, shape.offset});
    return *this;
  }
  /// The host waits for no step but `synchronize`.
  CaseBuilder& asynchronous() {
    case_.asynchronous = true;
    return *this;
  }
  CaseBuilder& tensor(const std::string& name = "t") { return tensor(name, scheme_); }
  CaseBuilder& scalar(const std::string& name, std::uint32_t bits) {
    case_.scalars.push_back({name, bits});
    return *this;
  }
  /// The plan's scale as scalar "s", for per-tensor schemes only.
  CaseBuilder& scale() {
    return !scheme_.grid.scale_is_given() ? *this : scalar("s", plan_.scale_bits);
  }
  CaseBuilder& output(const std::string& name, fp8oracle_type type) {
    case_.outputs.push_back({name, type, plan_.rows, plan_.cols});
    return *this;
  }

  /// Appends a step and returns it for the details.
  Step& step(StepKind kind) {
    case_.steps.emplace_back();
    case_.steps.back().kind = kind;
    return case_.steps.back();
  }
  /// x -> t in every direction of t's scheme; scale "s" per tensor unless the plan has none.
  Step& quantize(const std::string& x = "x", const std::string& t = "t",
                 const std::string& amax = "") {
    Step& s = step(StepKind::kQuantize);
    s.input = x;
    s.tensor = t;
    s.directions = case_.tensor(t).scheme.directions;
    s.scale_inv_directions = s.directions;
    if (case_.tensor(t).scheme.grid.scale_is_given()) {
      if (!plan_.scale_absent) s.scale = "s";
      s.amax = amax;
    }
    return s;
  }
  /// The same with a scale that the operation makes itself, into scalars that may be "".
  Step& quantize_current(const std::string& amax, const std::string& scale,
                         const std::string& x = "x", const std::string& t = "t") {
    Step& s = quantize(x, t, amax);
    s.kind = StepKind::kQuantizeCurrent;
    s.scale = scale;
    return s;
  }
  /// One step of the items, in every direction of the scheme.
  Step& quantize_many(std::vector<CastItem> items) {
    Step& s = step(StepKind::kQuantizeMany);
    s.directions = s.scale_inv_directions = scheme_.directions;
    s.items = std::move(items);
    return s;
  }
  Step& scale_inverse(const std::string& scale = "s", const std::string& t = "t") {
    Step& s = step(StepKind::kScaleInverse);
    s.scale = scale;
    s.tensor = t;
    s.directions = s.scale_inv_directions = scheme_.directions;
    return s;
  }
  void set_noop(std::uint32_t bits, const std::string& name = "n") {
    Step& s = step(StepKind::kSetNoop);
    s.noop = name;
    s.bits = bits;
  }
  Step& dequantize(unsigned direction, const std::string& y, const std::string& t = "t") {
    Step& s = step(StepKind::kDequantize);
    s.tensor = t;
    s.output = y;
    s.directions = direction;
    s.scale_inv_directions = direction;
    return s;
  }
  void set_scale(std::uint32_t bits, const std::string& name = "s") {
    Step& s = step(StepKind::kSetScale);
    s.scale = name;
    s.bits = bits;
  }
  void write_scale_inv(unsigned direction, std::vector<std::uint8_t> bytes,
                       const std::string& t = "t") {
    write(StepKind::kWriteScaleInv, direction, std::move(bytes), t);
  }
  void write_codes(unsigned direction, std::vector<std::uint8_t> bytes,
                   const std::string& t = "t") {
    write(StepKind::kWriteCodes, direction, std::move(bytes), t);
  }
  CaseBuilder& note(std::string text) {
    case_.note = std::move(text);
    return *this;
  }

  Case done() { return std::move(case_); }

 private:
  void write(StepKind kind, unsigned direction, std::vector<std::uint8_t> bytes,
             const std::string& t) {
    Step& s = step(kind);
    s.tensor = t;
    s.directions = direction;
    s.bytes = std::move(bytes);
  }

  const Scheme& scheme_;
  const plans::Plan& plan_;
  Case case_;
};

/// The names of a tensor's buffers in a case's arena.
inline std::vector<std::string> buffers_of(const Arena& arena, const std::string& tensor) {
  std::vector<std::string> names;
  for (const ArenaBuffer& b : arena.buffers) {
    if (b.owner == tensor && (b.role == Role::kCodes || b.role == Role::kScaleInv))
      names.push_back(b.name);
  }
  return names;
}

/// One of the scheme's directions, chosen by `random`.
inline unsigned one_direction(const Scheme& scheme, std::uint32_t random) {
  return scheme.directions == 3 ? 1 + random % 2 : scheme.directions;
}

/// F32, BF16, F16 in turn.
inline fp8oracle_type nth_type(std::uint32_t n) { return static_cast<fp8oracle_type>(n % 3); }

/// Departures where two buffers should hold the same after the last step. `owned_only`: buffers of
/// padded scales with unspecified padding are compared where they carry scales.
std::vector<Difference> must_equal(const Arena& arena, const Outcome& outcome, const std::string& a,
                                   const std::string& b, bool owned_only = false);
/// ... where two tensors of one scheme should hold the same.
inline std::vector<Difference> tensors_equal(const Arena& arena, const Outcome& outcome,
                                             const std::string& a, const std::string& b) {
  std::vector<Difference> found;
  const auto first = buffers_of(arena, a), second = buffers_of(arena, b);
  for (std::size_t i = 0; i < first.size() && i < second.size(); ++i) {
    const auto more = must_equal(arena, outcome, first[i], second[i], true);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}
inline void append(std::vector<Difference>& list, std::vector<Difference> more) {
  list.insert(list.end(), more.begin(), more.end());
}

}  // namespace fp8oracle::clauses
