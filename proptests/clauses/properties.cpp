// SPDX-License-Identifier: Apache-2.0
#include "clauses/property.h"

#include "clauses/groups.h"
#include "fp8oracle/error.h"
#include "fp8oracle/format.h"

namespace fp8oracle::clauses {
namespace {

/// K10 rounds, K11 is about everything that is not an ordinary number.
std::string_view clause_of_code(const Format& format, const Difference& d) {
  const CodeClass want = code_class(format, static_cast<std::uint8_t>(d.expected));
  const CodeClass have = code_class(format, static_cast<std::uint8_t>(d.observed));
  const auto ordinary = [](CodeClass c) {
    return c == CodeClass::kNormal || c == CodeClass::kSubnormal;
  };
  if (ordinary(want) && ordinary(have)) return "K10";
  if (want == CodeClass::kZero && have == CodeClass::kSubnormal) return "K10";
  if (want == CodeClass::kNormal && have == CodeClass::kMax) return "K10";
  return "K11";
}

bool scale_inv_differs(const Difference& code, const Verdict& v) {
  const ArenaBuffer& codes = v.arena.buffers[static_cast<std::size_t>(code.buffer)];
  for (const Difference& d : v.comparison.differences) {
    if (d.buffer < 0 || d.step != code.step) continue;
    const ArenaBuffer& b = v.arena.buffers[static_cast<std::size_t>(d.buffer)];
    if (b.e8m0 && b.owner == codes.owner && (b.direction & codes.direction) != 0) return true;
  }
  return false;
}

/// Whether the step writes the scalar as the scale that it found.
bool is_a_scale(const Step& step, const std::string& scalar) {
  const bool makes_one =
      step.is(FP8ORACLE_OP_SCALE_FROM_AMAX) || step.is(FP8ORACLE_OP_QUANTIZE_CURRENT);
  return makes_one && step.operand("scale") == scalar;
}

std::string_view clause_of_owned(const Difference& d, const Verdict& v) {
  const ArenaBuffer& b = v.arena.buffers[static_cast<std::size_t>(d.buffer)];
  const Step& step = v.c.steps[d.step];
  switch (b.role) {
    case Role::kCodes:
      // Codes of a block whose scale_inv is wrong are wrong with it.
      return scale_inv_differs(d, v) ? "K16" : clause_of_code(v.c.tensor(b.owner).scheme.format, d);
    case Role::kScaleInv:
      if (step.is(FP8ORACLE_OP_SWIZZLE) || step.is(FP8ORACLE_OP_UNSWIZZLE)) return "K19";
      if (in_swizzled_padding(d, v)) return "K18";
      return b.e8m0 ? "K16" : "K9";
    case Role::kCell: return is_a_scale(step, b.name) ? "K14" : "K12";
    case Role::kOutput: return "K6";
    case Role::kInput: break;
  }
  return "K2";
}

}  // namespace

const TensorDecl& first_tensor(const Case& c) {
  if (c.tensors.empty()) throw UsageError("case: no tensor carries the scheme");
  return c.tensors.front();
}

std::span<const Property> properties() {
  static const std::vector<Property> all = [] {
    std::vector<Property> list;
    for (const auto& group : {ownership(), per_tensor(), block(), layout(), directions(), control(),
                              fused(), streams(), repeat(), boundary()}) {
      list.insert(list.end(), group.begin(), group.end());
    }
    return list;
  }();
  return all;
}

std::string_view default_clause(const Difference& d, const Verdict& v) {
  if (v.c.steps[d.step].tamper) return "K31";
  switch (d.kind) {
    case DifferenceKind::kDeath:
    case DifferenceKind::kStatus: return v.c.clause;
    case DifferenceKind::kGuard: return "K2";
    case DifferenceKind::kUntouched: {
      const Role role = v.arena.buffers[static_cast<std::size_t>(d.buffer)].role;
      return role == Role::kCodes || role == Role::kScaleInv ? "K4" : "K2";
    }
    case DifferenceKind::kUnwritten: return in_swizzled_padding(d, v) ? "K18" : "K2";
    case DifferenceKind::kPadding: return "K18";
    case DifferenceKind::kOwned: break;
  }
  return clause_of_owned(d, v);
}

}  // namespace fp8oracle::clauses
