// SPDX-License-Identifier: Apache-2.0
// K23, K24, K25: noop, empty tensors, and scale_inv for who cannot write it.
#include <iterator>

#include "clauses/case_builder.h"
#include "clauses/every_operation.h"
#include "clauses/groups.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

constexpr std::uint32_t kOne = 0x3F800000;

/// Everything that is not exactly 1.0f means the same as absent.
constexpr std::uint32_t kNotOne[] = {0x00000000, 0x40000000, 0xBF800000, 0x7FC00000,
                                     0x3F7FFFFF, 0x3F800001, 0x80000000, 0x7F800000,
                                     0x00000001, 0xFFC00001, 0x00800000, 0x42280000};

/// One cast without noop; then all operations with noop 1, another value, 1 again.
Case noop_is_all_or_nothing(const Scheme& scheme, const Plan& plan) {
  Plan p = plan;
  p.scale_absent = false;
  CaseBuilder b("K23", scheme, p);
  b.input(Bulk::kOrdinary).tensor("plain").scale().cell("n", kOne);
  const EveryOperation every(b, scheme, p);
  if (plan.number % 2 == 1) b.asynchronous();
  b.quantize("x", "plain");
  b.append(every.calls_under("n"));
  b.set_noop(kNotOne[(plan.number / 2 + plan.variant) % std::size(kNotOne)]);
  b.append(every.calls_under("n"));
  b.set_noop(kOne);
  if (scheme.grid.scale_is_given()) b.set_scale(0x3E99999A);
  b.append(every.calls_under("n"));
  return b.done();
}

/// Its own: what is wrong under noop although the cast without it is right.
bool right_without_noop(const Difference& d, const Verdict& v) {
  if (v.c.steps[d.step].operand("noop").empty()) return false;
  for (const Difference& other : v.comparison.differences) {
    if (v.c.steps[other.step].operand("noop").empty()) return false;
  }
  return true;
}

Case empty_tensors(const Scheme& scheme, const Plan& plan) {
  Plan empty = plan;
  const std::int64_t other =
      plan.variant % 2 == 0 ? 0 : (plan.number % 2 == 0 ? plan.cols : plan.rows);
  empty.rows = plan.number % 2 == 0 ? 0 : other;
  empty.cols = plan.number % 2 == 0 ? other : 0;
  CaseBuilder b("K24", scheme, empty);
  b.input(Bulk::kOrdinary).scale();
  b.append(EveryOperation(b, scheme, empty).calls());
  return b.done();
}

/// scale_inv of a tensor whose codes someone else wrote: enqueued right behind that, and the scale
/// moves on before anyone has waited. Then captured, and called without its output.
Case follow_up_launch(const Scheme& scheme, const Plan& plan) {
  Plan p = plan;
  p.scale_absent = false;
  CaseBuilder b("K25", scheme, p);
  b.tensor().tensor("captured").cell("s", 0x40400000).asynchronous();
  const auto codes = plans::random_bytes(plan, 25, static_cast<std::size_t>(plan.rows * plan.cols));
  b.step(Control::kSynchronize);
  b.set_scale(plan.scale_bits);
  b.write_codes(one_direction(scheme, plan.variant), codes);
  b.scale_inverse(plan.variant % 8 == 0 ? "" : "s");
  constexpr std::uint32_t kNext[] = {0x00000000, 0x7F800000, 0x7FC00000, 0x41200000};
  b.set_scale(kNext[plan.variant % 4]);
  b.step(Control::kSynchronize);
  b.step(Control::kCapture);
  b.scale_inverse("s", "captured");
  b.step(Control::kEndCapture);
  Step& bad = b.scale_inverse();
  bad.give("scale_inv", "");
  bad.tamper = Tamper{"", 0, "scale_inv"};
  return b.done();
}

std::vector<Difference> one_launch(const Case&, const Arena&, const Outcome& outcome) {
  std::vector<Difference> found;
  for (std::size_t i = 0; i < outcome.steps.size(); ++i) {
    const auto& launches = outcome.steps[i].launches;
    if (!launches || *launches == 1) continue;
    found.push_back({DifferenceKind::kStatus, i, -1, 0, 1, static_cast<std::uint32_t>(*launches),
                     "scale_inverse takes " + std::to_string(*launches) + " launches, not one"});
  }
  return found;
}

}  // namespace

std::vector<Property> control() {
  const auto any = [](const Scheme&) { return true; };
  return {{.clause = "K23",
           .smoke_cases = 6,
           .applies = any,
           .make = noop_is_all_or_nothing,
           .claims = right_without_noop},
          {.clause = "K24",
           .smoke_cases = 4,
           .applies = any,
           .make = empty_tensors,
           .claims = [](const Difference&, const Verdict&) { return true; }},
          {.clause = "K25",
           .smoke_cases = 8,
           .applies = [](const Scheme& scheme) { return scheme.grid.scale_is_given(); },
           .make = follow_up_launch,
           .claims = [](const Difference&, const Verdict&) { return true; },
           .check = one_launch,
           .needs = {FP8ORACLE_OP_SCALE_INVERSE}}};
}

}  // namespace fp8oracle::clauses
