// SPDX-License-Identifier: Apache-2.0
// K3, K27, K32: when scale is read, what a replay reads, and what an operation costs.
#include <algorithm>

#include "clauses/case_builder.h"
#include "clauses/every_operation.h"
#include "clauses/groups.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

constexpr std::uint32_t kNext[] = {0x00000000, 0x7F800000, 0x7FC00000, 0x41200000, 0x3F000000};

/// Cast with scale A and wait for it: `waited`. Then let 3 stand in the cell, and enqueue without
/// waiting: write A, cast, write B.
Case scale_moves_on_in_the_stream(const Scheme& scheme, const Plan& plan) {
  Plan p = plan;
  p.scale_absent = false;
  CaseBuilder b("K3", scheme, p);
  b.input(Bulk::kOrdinary).tensor("waited").tensor("streamed").tensor("listed").scale();
  b.cell("a", 0).asynchronous();
  b.quantize("x", "waited");
  b.step(Control::kSynchronize);
  for (const bool list : {false, true}) {
    b.set_scale(0x40400000);
    b.step(Control::kSynchronize);
    b.set_scale(p.scale_bits);
    if (list) {
      b.quantize_listed("x", "listed");
    } else {
      b.quantize("x", "streamed", "a");
    }
    b.set_scale(kNext[plan.variant % 5]);
    b.step(Control::kSynchronize);
  }
  return b.done();
}

std::vector<Difference> both_used_a(const Case& c, const Arena& arena, const Outcome& outcome) {
  std::vector<Difference> found = tensors_equal(arena, outcome, "waited", "streamed");
  const bool lists = std::any_of(c.steps.begin(), c.steps.end(),
                                 [](const Step& s) { return s.is(FP8ORACLE_OP_QUANTIZE_MANY); });
  if (lists) append(found, tensors_equal(arena, outcome, "waited", "listed"));
  return found;
}

/// Poison over what the recorded cast wrote or would write.
void overwrite(CaseBuilder& b, const Scheme& scheme, const Plan& plan, const std::string& t) {
  for (const unsigned direction : {1u, 2u}) {
    if ((scheme.directions & direction) == 0) continue;
    const ScaleGrid shape = scale_grid(
        scheme.resolved(), static_cast<fp8oracle_direction>(direction), plan.rows, plan.cols);
    b.write_codes(direction,
                  plans::random_bytes(plan, 270, static_cast<std::size_t>(plan.rows * plan.cols)),
                  t);
    b.write_scale_inv(direction,
                      plans::random_bytes(plan, 271, static_cast<std::size_t>(shape.bytes())), t);
  }
}

/// amax, its scale and the cast with it: each reads what the launch before it has just written.
void recorded_recipe(CaseBuilder& b) {
  b.amax("x", "made");
  b.scale_from_amax("made", "s");
  b.quantize("x", "t", "a").give("noop", "n");
}

/// Current scaling, which has its scale late, and a cast with that scale. The shape is one for
/// several blocks of threads: current scaling takes longer then than the next launch needs to come.
/// And rows lie close: with one block a row it fills the device, and the next launch cannot come.
constexpr std::int64_t kRowsOfSlow = 192, kColsOfSlow = 256;
void recorded_slow_recipe(CaseBuilder& b) {
  b.quantize_current("made", "s", "x", "first");
  b.quantize("x", "t", "a").give("noop", "n");
}

/// What is recorded: one launch, or launches that feed each other.
enum class Recorded { kCast, kList, kCastAndBack, kCurrent, kRecipe, kSlowRecipe };

Recorded recorded_in(const Scheme& scheme, std::uint64_t number) {
  using enum Recorded;
  constexpr Recorded kOfBlocks[] = {kCast, kList, kCastAndBack};
  constexpr Recorded kOfTensors[] = {kCast, kList, kCurrent, kRecipe, kSlowRecipe};
  return !scheme.grid.scale_is_given() ? kOfBlocks[number % 3] : kOfTensors[number % 5];
}

void record(CaseBuilder& b, const Scheme& scheme, std::uint64_t number) {
  switch (recorded_in(scheme, number)) {
    case Recorded::kCast: b.quantize("x", "t", "a").give("noop", "n"); break;
    case Recorded::kList: b.quantize_listed("x", "t", "a").give("noop", "n"); break;
    case Recorded::kCastAndBack:
      b.quantize().give("noop", "n");
      b.dequantize(one_direction(scheme, static_cast<std::uint32_t>(number)), "y");
      break;
    case Recorded::kCurrent: b.quantize_current("a", "made").give("noop", "n"); break;
    case Recorded::kRecipe: recorded_recipe(b); break;
    case Recorded::kSlowRecipe: recorded_slow_recipe(b); break;
  }
}

/// Record under one scale, amax and noop; change all three; replay; stop it by noop; replay again.
Case replay_reads_anew(const Scheme& scheme, const Plan& plan) {
  Plan p = plan;
  p.scale_absent = false;
  // Of fifteen cases every recipe has each type.
  p.type = nth_type(static_cast<std::uint32_t>(plan.number / 5));
  const bool slow = recorded_in(scheme, plan.number) == Recorded::kSlowRecipe;
  if (slow) {
    p.rows = kRowsOfSlow;
    p.cols = kColsOfSlow;
    p.stride_extra = 0;
  }
  CaseBuilder b("K27", scheme, p);
  b.input(Bulk::kOrdinary).tensor("eager").tensor().cell("n", plan.variant % 2 ? 0x3F800000 : 0);
  if (!scheme.grid.scale_is_given()) {
    b.output("y", nth_type(plan.variant));
  } else {
    b.cell("s", 0x40400000).cell("a", 0x42280000).cell("made", 0x40490FDB).cell("e", 0);
    if (slow) b.tensor("first");
  }
  const auto move_on = [&](std::uint32_t scale, std::uint32_t amax, std::uint32_t noop) {
    overwrite(b, scheme, p, "t");
    b.set_noop(noop);
    if (!scheme.grid.scale_is_given()) return;
    b.set_scale(scale);
    b.set_scale(amax, "a");
  };
  b.quantize("x", "eager", !scheme.grid.scale_is_given() ? "" : "e");
  b.step(Control::kCapture);
  record(b, scheme, plan.number);
  b.step(Control::kEndCapture);
  if (plan.variant / 2 % 2 == 0) b.asynchronous();
  move_on(plan.scale_bits, plan.prior_amax_bits, 0);
  b.step(Control::kReplay);
  move_on(kNext[plan.variant % 5], 0x3F800000, 0x3F800000);
  b.step(Control::kReplay);
  move_on(0x3F000000, 0, 0x40000000);
  b.step(Control::kReplay);
  return b.done();
}

/// Its own: what is wrong while recording or after a replay, although the cast is right at once.
bool right_at_once(const Difference& d, const Verdict& v) {
  const auto at_once = [&](const Difference& x) {
    return v.c.steps[x.step].is(FP8ORACLE_OP_QUANTIZE) && steps_run_by(v.c, x.step).size() == 1;
  };
  const auto& all = v.comparison.differences;
  return !at_once(d) && std::none_of(all.begin(), all.end(), at_once);
}

Case every_operation_recorded(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K32", scheme, plan);
  b.input(Bulk::kOrdinary).scale();
  const EveryOperation every(b, scheme, plan);
  for (const Step& call : every.calls()) {
    b.step(Control::kCapture);
    b.append({call});
    b.step(Control::kEndCapture);
  }
  return b.done();
}

/// The nodes of a recording are the launches that were declared; a cast declares one.
std::vector<Difference> costs_what_it_says(const Case& c, const Arena&, const Outcome& outcome) {
  std::vector<Difference> found;
  const auto expect = [&](std::size_t step, std::uint64_t want, std::uint64_t have,
                          const std::string& what) {
    if (want == have) return;
    found.push_back({DifferenceKind::kStatus, step, -1, 0, static_cast<std::uint32_t>(want),
                     static_cast<std::uint32_t>(have),
                     std::string(c.steps[step - 1].name()) + " " + what + " " +
                         std::to_string(have) + " launches, not " + std::to_string(want)});
  };
  for (std::size_t i = 1; i < std::min(outcome.steps.size(), c.steps.size()); ++i) {
    if (!c.steps[i].is(Control::kEndCapture) || !outcome.steps[i].launches) continue;
    const auto& declared = outcome.steps[i - 1].launches;
    const bool one_tensor = c.steps[i - 1].is(FP8ORACLE_OP_QUANTIZE);
    if (declared && one_tensor) expect(i, 1, *declared, "declares");
    if (declared || one_tensor)
      expect(i, declared.value_or(1), *outcome.steps[i].launches, "takes");
  }
  return found;
}

}  // namespace

std::vector<Property> streams() {
  const auto any = [](const Scheme&) { return true; };
  return {{.clause = "K3",
           .smoke_cases = 10,
           .applies = [](const Scheme& scheme) { return scheme.grid.scale_is_given(); },
           .make = scale_moves_on_in_the_stream,
           .check = both_used_a},
          {.clause = "K27",
           .smoke_cases = 15,
           .applies = any,
           .make = replay_reads_anew,
           .claims = right_at_once,
           .needs_capture = true},
          {.clause = "K32",
           .smoke_cases = 3,
           .applies = any,
           .make = every_operation_recorded,
           .check = costs_what_it_says,
           .needs_capture = true}};
}

}  // namespace fp8oracle::clauses
