// SPDX-License-Identifier: Apache-2.0
// K20, K21: rowwise and columnwise.
#include "clauses/case_builder.h"
#include "clauses/groups.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

bool both_directions(const Scheme& scheme) { return scheme.directions == 3; }

Case both_at_once(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K20", scheme, plan);
  b.input(Bulk::kOrdinary).tensor().scale();
  b.quantize();
  return b.done();
}

/// Its own: a columnwise byte that is wrong although the rowwise half of the cast is right.
bool only_columnwise(const Difference& d, const Verdict& v) {
  const auto direction = [&](const Difference& x) {
    return x.buffer < 0 ? 0u : v.arena.buffers[static_cast<std::size_t>(x.buffer)].direction;
  };
  if (direction(d) != FP8ORACLE_COLUMNWISE) return false;
  for (const Difference& other : v.comparison.differences) {
    if (direction(other) == FP8ORACLE_ROWWISE) return false;
  }
  return true;
}

Case both_and_each_alone(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K21", scheme, plan);
  b.input(plan.variant % 2 == 0 ? Bulk::kOrdinary : Bulk::kSpecials).scale();
  b.tensor("both")
      .tensor("row", scheme.with_directions(1))
      .tensor("col", scheme.with_directions(2));
  for (const char* t : {"both", "row", "col"}) b.quantize("x", t);
  return b.done();
}

std::vector<Difference> both_equals_each(const Case&, const Arena& arena, const Outcome& outcome) {
  std::vector<Difference> found;
  for (const auto& [alone, direction] : {std::pair{"row", 1u}, {"col", 2u}}) {
    append(found, must_equal(arena, outcome, arena.codes(alone, direction).name,
                             arena.codes("both", direction).name));
    append(found, must_equal(arena, outcome, arena.scale_inv(alone, direction).name,
                             arena.scale_inv("both", direction).name, true));
  }
  return found;
}

}  // namespace

std::vector<Property> directions() {
  return {
      {.clause = "K20",
       .smoke_cases = 6,
       .applies = both_directions,
       .make = both_at_once,
       .claims = only_columnwise,
       .ordinary = true},
      {.clause = "K21",
       .smoke_cases = 6,
       .applies = both_directions,
       .make = both_and_each_alone,
       .check = both_equals_each,
       .ordinary = true},
  };
}

}  // namespace fp8oracle::clauses
