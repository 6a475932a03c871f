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

/// One tensor of quantize_many: an input, a tensor, and cells that may be "".
struct CastItem {
  std::string input, tensor, scale, amax;
};

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
  CaseBuilder& cell(const std::string& name, std::uint32_t bits) {
    case_.cells.push_back({name, {bits}});
    return *this;
  }
  /// The plan's scale as cell "s", where the recipe gives one.
  CaseBuilder& scale() { return given() ? cell("s", plan_.scale_bits) : *this; }
  CaseBuilder& output(const std::string& name, fp8oracle_type type) {
    case_.outputs.push_back({name, type, plan_.rows, plan_.cols});
    return *this;
  }

  /// Appends a step and returns it for the details.
  Step& step(fp8oracle_operation operation) {
    case_.steps.emplace_back().operation = operation;
    return case_.steps.back();
  }
  Step& step(Control control) {
    case_.steps.emplace_back().control = control;
    return case_.steps.back();
  }
  /// x -> t in every direction of t's scheme; scale "s" per tensor unless the plan has none.
  Step& quantize(const std::string& x = "x", const std::string& t = "t",
                 const std::string& amax = "") {
    Step& s = cast(FP8ORACLE_OP_QUANTIZE, x, t);
    if (given()) s.give("scale", plan_.scale_absent ? "" : "s").give("amax", amax);
    return s;
  }
  /// The same with a scale that the operation makes itself, into cells that may be "".
  Step& quantize_current(const std::string& amax, const std::string& scale,
                         const std::string& x = "x", const std::string& t = "t") {
    return cast(FP8ORACLE_OP_QUANTIZE_CURRENT, x, t).give("scale", scale).give("amax", amax);
  }
  /// One step of the items, in every direction of the scheme.
  Step& quantize_many(const std::vector<CastItem>& items) {
    Step& s = step(FP8ORACLE_OP_QUANTIZE_MANY);
    s.give("scheme", case_.tensors.front().name);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string item = item_prefix(i);
      give_pairs(s.give(item + "input", items[i].input), case_.tensor(items[i].tensor), item);
      if (given()) s.give(item + "scale", items[i].scale).give(item + "amax", items[i].amax);
    }
    return s;
  }
  /// One item, with "s" and this amax where the recipe gives a scale.
  Step& quantize_listed(const std::string& x, const std::string& t, const std::string& amax = "") {
    return quantize_many({{x, t, plan_.scale_absent ? "" : "s", amax}});
  }
  Step& amax(const std::string& x, const std::string& a) {
    return step(FP8ORACLE_OP_AMAX).give("input", x).give("amax", a);
  }
  Step& scale_from_amax(const std::string& a, const std::string& s) {
    return step(FP8ORACLE_OP_SCALE_FROM_AMAX).give("amax", a).give("scale", s);
  }
  Step& scale_inverse(const std::string& scale = "s", const std::string& t = "t") {
    return step(FP8ORACLE_OP_SCALE_INVERSE)
        .give("scheme", t)
        .give("scale", scale)
        .give("scale_inv", t + ".scale_inv");
  }
  Step& dequantize(unsigned direction, const std::string& y, const std::string& t = "t") {
    return step(FP8ORACLE_OP_DEQUANTIZE)
        .give("pair", t)
        .give("output", y)
        .set("directions", direction);
  }
  /// The scale_inv of one direction: plain -> swizzled, or with FP8ORACLE_OP_UNSWIZZLE back.
  Step& permute(fp8oracle_operation operation, const std::string& from, const std::string& to,
                unsigned direction) {
    return step(operation).give("input", from).give("output", to).set("directions", direction);
  }
  void set(const std::string& cell, std::uint32_t bits) {
    step(Control::kSet).give("cell", cell).set("bits", bits);
  }
  void set_scale(std::uint32_t bits, const std::string& name = "s") { set(name, bits); }
  void set_noop(std::uint32_t bits, const std::string& name = "n") { set(name, bits); }
  void write_scale_inv(unsigned direction, std::vector<std::uint8_t> bytes,
                       const std::string& t = "t") {
    write(t + (given() ? "" : half(direction)) + ".scale_inv", std::move(bytes));
  }
  void write_codes(unsigned direction, std::vector<std::uint8_t> bytes,
                   const std::string& t = "t") {
    write(t + half(direction) + ".codes", std::move(bytes));
  }
  CaseBuilder& note(std::string text) {
    case_.note = std::move(text);
    return *this;
  }

  /// Declarations and steps as they are now.
  const Case& so_far() const { return case_; }
  void append(std::vector<Step> steps) {
    for (Step& s : steps) case_.steps.push_back(std::move(s));
  }
  Case done() { return std::move(case_); }

 private:
  bool given() const { return scheme_.grid.scale_is_given(); }
  static std::string half(unsigned direction) {
    return direction == FP8ORACLE_ROWWISE ? ".rowwise" : ".columnwise";
  }
  Step& cast(fp8oracle_operation operation, const std::string& x, const std::string& t) {
    return give_pairs(step(operation).give("input", x), case_.tensor(t));
  }
  void write(const std::string& buffer, std::vector<std::uint8_t> bytes) {
    step(Control::kWrite).give("buffer", buffer).bytes = std::move(bytes);
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
