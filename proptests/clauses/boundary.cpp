// SPDX-License-Identifier: Apache-2.0
// K31: a bad call changes nothing.
#include "clauses/case_builder.h"
#include "clauses/groups.h"
#include "clauses/nearest_illegal.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

/// A legal call of every operation that takes the scheme.
std::vector<Step> legal_calls(CaseBuilder& b, const Scheme& scheme, const Plan& plan) {
  const unsigned direction = one_direction(scheme, plan.variant);
  CaseBuilder calls = b;  // the steps of a copy: only what is refused goes into the case
  calls.quantize("x", "t", "a").give("noop", "n");
  calls
      .quantize_many({{"x", "t", plan.scale_absent ? "" : "s", "a"},
                      {"x", "second", plan.scale_absent ? "" : "s", ""}})
      .give("noop", "n");
  calls.dequantize(direction, "y");
  if (scheme.grid.scale_is_given()) {
    calls.quantize_current("a", "made").give("noop", "n");
    calls.amax("x", "a").give("noop", "n");
    calls.scale_from_amax("a", "made").give("noop", "n");
    calls.scale_inverse(plan.scale_absent ? "" : "s");
  }
  if (scheme.grid.is_mx()) {
    calls.permute(FP8ORACLE_OP_SWIZZLE, "plain", "swizzled", direction);
    calls.permute(FP8ORACLE_OP_UNSWIZZLE, "swizzled", "plain", direction);
  }
  return calls.done().steps;
}

/// What no field of a legal call shows: an argument that is given where it must not be.
void forbidden_arguments(CaseBuilder& b, const Scheme& scheme) {
  if (scheme.grid.scale_is_given()) return;
  b.cell("s", 0x3F800000);
  b.quantize().give("scale", "s").tamper = Tamper{"", 0, "scale"};
  b.quantize().give("amax", "a").tamper = Tamper{"", 0, "amax"};
}

Case every_bad_call(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K31", scheme, plan);
  b.input(Bulk::kOrdinary).tensor().tensor("second").scale();
  b.cell("a", 0x3F800000).cell("made", 0x3F800000).cell("n", 0).output("y", FP8ORACLE_F32);
  if (scheme.grid.is_mx()) {
    b.tensor("plain", scheme.with_layout(FP8ORACLE_LAYOUT_PADDED));
    b.tensor("swizzled", scheme.with_layout(FP8ORACLE_LAYOUT_SWIZZLED));
  }
  const std::vector<Step> calls = legal_calls(b, scheme, plan);
  forbidden_arguments(b, scheme);
  const Case& declared = b.so_far();
  std::vector<Step> refused;
  for (const Step& call : calls) {
    for (const Tamper& t : nearest_illegal(declared, call, plan.variant)) {
      refused.push_back(call);
      refused.back().tamper = t;
    }
  }
  b.append(std::move(refused));
  b.quantize();  // and the good call still works
  return b.done();
}

/// A dimension one past whole blocks, where the profile wants whole ones.
Case partial_block(const Scheme& scheme, const Plan& plan) {
  Plan p = plan;
  const std::int64_t more = 1 + plan.variant % (scheme.grid.block_cols - 1);
  (scheme.has(FP8ORACLE_ROWWISE) ? p.cols : p.rows) += more;
  CaseBuilder b("K31", scheme, p);
  b.input(Bulk::kOrdinary).tensor();
  b.quantize().tamper = Tamper{"", 0, scheme.has(FP8ORACLE_ROWWISE) ? "input.cols" : "input.rows"};
  return b.done();
}

Case bad_call(const Scheme& scheme, const Plan& plan) {
  const bool whole =
      scheme.grid.block_cols > 1 && scheme.profile.knobs.shapes == FP8ORACLE_SHAPES_WHOLE_BLOCKS;
  return whole && plan.number % 3 == 2 ? partial_block(scheme, plan) : every_bad_call(scheme, plan);
}

/// Some hundred calls a case, none of which writes: what counts is that there is something to write.
plans::ShapeLimits small(const Scheme& scheme) {
  plans::ShapeLimits limits = plans::shape_limits(scheme);
  limits.max_elements = 256;
  return limits;
}

bool at_a_tampered_step(const Difference& d, const Verdict& v) {
  return v.c.steps[d.step].tamper.has_value();
}

}  // namespace

std::vector<Property> boundary() {
  return {{.clause = "K31",
           .smoke_cases = 3,
           .applies = [](const Scheme&) { return true; },
           .make = bad_call,
           .claims = at_a_tampered_step,
           .limits = small}};
}

}  // namespace fp8oracle::clauses
