// SPDX-License-Identifier: Apache-2.0
// K31: a bad call changes nothing.
#include "clauses/case_builder.h"
#include "clauses/every_operation.h"
#include "clauses/groups.h"
#include "clauses/nearest_illegal.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

bool wants_whole_blocks(const Scheme& scheme) {
  return scheme.grid.block_cols > 1 && scheme.profile.knobs.shapes == FP8ORACLE_SHAPES_WHOLE_BLOCKS;
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
  b.input(Bulk::kOrdinary).tensor().tensor("second").scale().cell("a", 0x3F800000).cell("n", 0);
  std::vector<Step> calls =
      EveryOperation(b, scheme, plan,
                     {.which = plan.number % 3, .of = wants_whole_blocks(scheme) ? 2u : 3u})
          .calls();
  for (Step& call : calls) {
    if (operation(*call.operation).find(FieldRole::kNoop) != nullptr) call.give("noop", "n");
    if (call.items() == 0) continue;  // a second one
    give_pairs(call.give("items[1].input", "x"), b.so_far().tensor("second"), "items[1].");
  }
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
  return wants_whole_blocks(scheme) && plan.number % 3 == 2 ? partial_block(scheme, plan)
                                                            : every_bad_call(scheme, plan);
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
