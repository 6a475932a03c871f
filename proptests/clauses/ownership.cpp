// SPDX-License-Identifier: Apache-2.0
// K2, K4, K5, K6, K7: who owns scale and who owns scale_inv, and when they matter.
#include <algorithm>

#include "clauses/case_builder.h"
#include "clauses/every_operation.h"
#include "clauses/groups.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"
#include "fp8oracle/step_buffers.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

bool any_scheme(const Scheme&) { return true; }

/// Every third of three cases: whole tiles and nothing unaligned, in each type in turn. The ways
/// that kernels take there are not those of small and crooked shapes.
Plan with_whole_tiles(const Plan& plan) {
  Plan p = plan;
  if (plan.number % 3 != 2) return p;
  p.rows = 128;
  p.cols = 160;
  p.stride_extra = p.offset = 0;
  p.type = nth_type(static_cast<std::uint32_t>(plan.number / 3));
  return p;
}

/// Cast and read back; then every third operation by itself, each with the options of one row of
/// its covering array: all that a call owns must be written, and nothing else.
Case writes_what_it_owns(const Scheme& scheme, const Plan& drawn) {
  const Plan plan = with_whole_tiles(drawn);
  CaseBuilder b("K2", scheme, plan);
  b.input(Bulk::kOrdinary).tensor().scale().cell("a", 0).output("y", nth_type(plan.variant));
  b.quantize("x", "t", "a");
  b.dequantize(one_direction(scheme, plan.variant >> 8), "y");
  b.append(EveryOperation(b, scheme, plan, {.which = plan.number, .of = 3, .walk = plan.number / 3})
               .calls());
  return b.done();
}

/// Its own, besides what defaults to it: a changed buffer that the step was given to read.
bool changes_what_it_reads(const Difference& d, const Verdict& v) {
  if (d.kind != DifferenceKind::kUntouched || d.buffer < 0) return false;
  const std::vector<StepBuffer> given = buffers_of(v.arena, v.c.steps[d.step]);
  return std::any_of(given.begin(), given.end(), [&](const StepBuffer& b) {
    return b.buffer == &v.arena.buffers[static_cast<std::size_t>(d.buffer)];
  });
}

/// t1 is cast and read; the recipe moves on and casts t2; t1 is read again.
Case scale_changes_behind_a_tensor(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K4", scheme, plan);
  b.input(Bulk::kOrdinary, "x1").tensor("t1").tensor("t2").scale();
  Plan other = plan;
  other.seed += 1;
  b.input(plans::make_input(scheme, other, Bulk::kOrdinary, "x2"));
  b.output("y_before", FP8ORACLE_F32).output("y_after", FP8ORACLE_F32);
  const unsigned direction = one_direction(scheme, plan.variant);
  constexpr std::uint32_t kNext[] = {0x00000000, 0x7F800000, 0x7FC00000, 0x40000000, 0x3F000000};
  b.quantize("x1", "t1");
  b.dequantize(direction, "y_before", "t1");
  if (scheme.grid.scale_is_given()) b.set_scale(kNext[plan.variant / 2 % 5]);
  b.quantize("x2", "t2");
  b.dequantize(direction, "y_after", "t1");
  return b.done();
}

std::vector<Difference> earlier_tensor_is_what_it_was(const Case&, const Arena& arena,
                                                      const Outcome& outcome) {
  return must_equal(arena, outcome, "y_before", "y_after");
}

Case scale_inv_is_replaced(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K5", scheme, plan);
  b.input(Bulk::kOrdinary)
      .tensor()
      .scale()
      .output("y_before", FP8ORACLE_F32)
      .output("y_after", FP8ORACLE_F32);
  const unsigned direction = one_direction(scheme, plan.variant);
  b.quantize();
  b.dequantize(direction, "y_before");
  b.write_scale_inv(direction, drawn_scale_inv(scheme, plan, direction, false));
  b.dequantize(direction, "y_after");
  return b.done();
}

/// Its own: a value wrong only after the change. What is wrong before it as well is K6's.
bool only_after_the_change(const Difference& d, const Verdict& v) {
  if (d.buffer < 0 || v.arena.buffers[static_cast<std::size_t>(d.buffer)].name != "y_after")
    return false;
  for (const Difference& other : v.comparison.differences) {
    if (other.step < d.step && other.buffer >= 0) return false;
  }
  return true;
}

Case recipe_is_destroyed_before_dequantize(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K6", scheme, plan);
  b.input(plan.variant % 3 == 0 ? Bulk::kSpecials : Bulk::kOrdinary).tensor().scale().cell("a", 0);
  b.quantize("x", "t", "a");
  constexpr std::uint32_t kDestroyed[] = {0x00000000, 0x7FC00000, 0x7F800000, 0x42280000};
  if (scheme.grid.scale_is_given()) b.set_scale(kDestroyed[plan.variant % 4]);
  b.set_scale(0x7FC00000, "a");
  for (const unsigned direction : {1u, 2u}) {
    if ((scheme.directions & direction) == 0) continue;
    // Codes that no cast writes are legal all the same: every one of the 256 has its value.
    if (plan.number % 2 == 1) {
      const auto size = static_cast<std::size_t>(plan.rows * plan.cols);
      b.write_codes(direction, plans::random_bytes(plan, direction, size));
    }
    for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
      const std::string y = "y" + std::to_string(direction) + std::string(to_string(type));
      b.output(y, type);
      b.dequantize(direction, y);
    }
  }
  return b.done();
}

Case dequantize_without_scale_inv(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K7", scheme, plan);
  b.input(Bulk::kOrdinary).tensor().scale().output("y", FP8ORACLE_F32);
  b.quantize();
  Step& s = b.dequantize(one_direction(scheme, plan.variant), "y");
  without_scale_inv(s);
  s.tamper = Tamper{"", 0, "scale_inv"};
  return b.done();
}

bool at_the_tampered_step(const Difference& d, const Verdict& v) {
  return v.c.steps[d.step].tamper.has_value();
}

bool of_an_output(const Difference& d, const Verdict& v) {
  return d.buffer >= 0 && v.arena.buffers[static_cast<std::size_t>(d.buffer)].role == Role::kOutput;
}

}  // namespace

std::vector<Property> ownership() {
  return {
      {.clause = "K2",
       .smoke_cases = 9,
       .applies = any_scheme,
       .make = writes_what_it_owns,
       .claims = changes_what_it_reads,
       .ordinary = true},
      {.clause = "K4",
       .smoke_cases = 4,
       .applies = any_scheme,
       .make = scale_changes_behind_a_tensor,
       .check = earlier_tensor_is_what_it_was},
      {.clause = "K5",
       .smoke_cases = 4,
       .applies = any_scheme,
       .make = scale_inv_is_replaced,
       .claims = only_after_the_change,
       .needs = {FP8ORACLE_OP_QUANTIZE, FP8ORACLE_OP_DEQUANTIZE}},
      {.clause = "K6",
       .smoke_cases = 4,
       .applies = any_scheme,
       .make = recipe_is_destroyed_before_dequantize,
       .claims = of_an_output,
       .needs = {FP8ORACLE_OP_QUANTIZE, FP8ORACLE_OP_DEQUANTIZE}},
      {.clause = "K7",
       .smoke_cases = 2,
       .applies = any_scheme,
       .make = dequantize_without_scale_inv,
       .claims = at_the_tampered_step,
       .needs = {FP8ORACLE_OP_DEQUANTIZE}},
  };
}

}  // namespace fp8oracle::clauses
