// SPDX-License-Identifier: Apache-2.0
// K24: empty tensors.
#include "clauses/case_builder.h"
#include "clauses/groups.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

Case empty_tensors(const Scheme& scheme, const Plan& plan) {
  Plan empty = plan;
  const std::int64_t other =
      plan.variant % 2 == 0 ? 0 : (plan.number % 2 == 0 ? plan.cols : plan.rows);
  empty.rows = plan.number % 2 == 0 ? 0 : other;
  empty.cols = plan.number % 2 == 0 ? other : 0;
  CaseBuilder b("K24", scheme, empty);
  b.input(Bulk::kOrdinary)
      .tensor()
      .scale()
      .scalar("a", plan.prior_amax_bits)
      .scalar("a_alone", 0x42280000)
      .output("y", nth_type(plan.variant));
  b.quantize("x", "t", "a");
  b.dequantize(one_direction(scheme, plan.variant), "y");
  if (!scheme.is_block()) {
    Step& alone = b.step(StepKind::kAmax);
    alone.input = "x";
    alone.amax = "a_alone";
  }
  return b.done();
}

}  // namespace

std::vector<Property> control() {
  return {{.clause = "K24",
           .smoke_cases = 4,
           .applies = [](const Scheme&) { return true; },
           .make = empty_tensors,
           .claims = [](const Difference&, const Verdict&) { return true; }}};
}

}  // namespace fp8oracle::clauses
