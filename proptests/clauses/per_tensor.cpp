// SPDX-License-Identifier: Apache-2.0
// K9 to K14: the arithmetic of one cast. K10 and K11 speak of block formats too.
#include <array>
#include <bit>
#include <cstring>

#include "clauses/case_builder.h"
#include "clauses/every_operation.h"
#include "clauses/groups.h"
#include "plans/philox.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

bool any_scheme(const Scheme&) { return true; }
bool per_tensor_scheme(const Scheme& scheme) { return scheme.grid.scale_is_given(); }

/// One element, many scales: each cast writes RN(1 / scale).
Case many_scales(const Scheme& scheme, const Plan& plan) {
  Plan small = plan;
  small.rows = 1;
  small.cols = 1 + plan.variant % 3;
  small.scale_absent = false;
  CaseBuilder b("K9", scheme, small);
  b.input(Bulk::kOrdinary).tensor().scale();
  const plans::Philox random(plan.seed);
  for (std::uint64_t i = 0; i < 24; ++i) {
    const auto w = random(i, 9);
    b.set_scale(plans::scale_bits_from(i < 4 ? 0 : w[0], w[1]));
    b.quantize();
    if (i % 4 == 0) b.scale_inverse();
  }
  return b.done();
}

/// x -> "given", under a scale_inv that no kernel made [K7]. `odd`: of any bits, here and there; else
/// per tensor that of the plan's scale, at which the input's values are aimed.
void cast_with_given_scale_inv(CaseBuilder& b, const Scheme& scheme, const Plan& plan, bool odd) {
  b.tensor("given");
  const bool one = scheme.grid.scale_is_given();
  for (const unsigned direction : {1u, 2u}) {
    if ((scheme.directions & direction) == 0 || (one && direction == 2 && scheme.directions == 3))
      continue;
    std::vector<std::uint8_t> scale_inv = drawn_scale_inv(scheme, plan, direction, odd);
    const float scale = plan.scale_absent ? 1.0f : std::bit_cast<float>(plan.scale_bits);
    if (one && !odd) {
      const float of_the_scale = 1.0f / scale;
      std::memcpy(scale_inv.data(), &of_the_scale, sizeof of_the_scale);
    }
    b.write_scale_inv(direction, std::move(scale_inv), "given");
  }
  Step& cast = b.step(FP8ORACLE_OP_QUANTIZE_GIVEN).give("input", "x");
  give_pairs(cast, b.so_far().tensor("given"));
}

Case ordinary_values(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K10", scheme, plan);
  b.input(Bulk::kOrdinary).tensor().scale();
  b.quantize();
  cast_with_given_scale_inv(b, scheme, plan, false);
  return b.done();
}

/// Its own, besides what defaults to it: an absent scale that is not 1 makes ordinary numbers
/// vanish.
bool vanishes_without_a_scale(const Difference& d, const Verdict& v) {
  if (d.buffer < 0 || !v.c.steps[d.step].operand("scale").empty()) return false;
  const ArenaBuffer& b = v.arena.buffers[static_cast<std::size_t>(d.buffer)];
  if (b.role != Role::kCodes) return false;
  const Scheme& scheme = v.c.tensor(b.owner).scheme;
  return scheme.grid.scale_is_given() &&
         code_class(scheme.format, static_cast<std::uint8_t>(d.expected)) == CodeClass::kNormal &&
         code_class(scheme.format, static_cast<std::uint8_t>(d.observed)) == CodeClass::kZero;
}

Case special_values(const Scheme& scheme, const Plan& plan) {
  Plan p = plan;
  if (plan.variant % 2 == 0) p.scale_bits = (117 + plan.variant / 2 % 20) << 23;
  if (plan.number % 5 == 1) {  // a scale that is subnormal itself, and inputs that it scales back
    p.scale_bits = 0x00400000u >> (plan.variant % 4);
    p.scale_absent = false;
    if (p.type == FP8ORACLE_F16) p.type = FP8ORACLE_BF16;
  }
  CaseBuilder b("K11", scheme, p);
  b.input(plan.variant % 3 == 0 ? Bulk::kSpecials : Bulk::kSpecialInLanes).tensor().scale();
  b.quantize();
  cast_with_given_scale_inv(b, scheme, p, true);
  return b.done();
}

/// The FP32 subnormal with the same sign and mantissa.
void make_subnormal(InputDecl& x) {
  for (std::size_t i = 0; i + 4 <= x.bits.size(); i += 4) {
    x.bits[i + 2] &= 0x7F;
    x.bits[i + 3] &= 0x80;
  }
}

/// amax accumulates over two casts with two scales; alone and in current scaling it is overwritten.
Case amax_three_times(const Scheme& scheme, const Plan& plan) {
  Plan p = plan;
  p.scale_absent = false;
  CaseBuilder b("K12", scheme, p);
  const Bulk bulk = plan.variant % 2 == 0 ? Bulk::kSpecials : Bulk::kOrdinary;
  const bool subnormal = plan.number % 8 == 5;
  if (subnormal) {
    p.type = FP8ORACLE_F32;
    p.prior_amax_bits = 0;
  }
  InputDecl x = plans::make_input(scheme, p, bulk);
  if (subnormal) make_subnormal(x);
  b.input(std::move(x)).tensor().scale().cell("a", p.prior_amax_bits).cell("a_alone", 0x7F7FFFFF);
  Plan other = p;
  other.seed ^= 0xABCDu;
  b.input(plans::make_input(scheme, other, bulk, "x2"));
  b.quantize("x", "t", "a");
  b.set_scale(0x447A0000);  // 1000
  b.quantize("x2", "t", "a");
  b.amax("x", "a_alone");
  b.cell("a_current", 0x7F7FFFFF).cell("made", 0x40490FDB);
  b.quantize_current("a_current", "made");
  return b.done();
}

/// The 2 x 2 matrix of what is asked for besides the codes.
Case presence_matrix(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K13", scheme, plan);
  b.input(Bulk::kOrdinary).scale();
  for (const char* name : {"both", "only_scale_inv", "only_amax", "neither"}) b.tensor(name);
  b.cell("amax_both", plan.prior_amax_bits).cell("amax_only", plan.prior_amax_bits);
  b.quantize("x", "both", "amax_both");
  b.quantize("x", "only_scale_inv");
  without_scale_inv(b.quantize("x", "only_amax", "amax_only"));
  without_scale_inv(b.quantize("x", "neither"));
  return b.done();
}

std::vector<Difference> presence_changes_nothing(const Case& c, const Arena& arena,
                                                 const Outcome& outcome) {
  std::vector<Difference> found;
  for (const unsigned direction : {1u, 2u}) {
    if ((c.tensor("both").scheme.directions & direction) == 0) continue;
    for (const char* other : {"only_scale_inv", "only_amax", "neither"}) {
      append(found, must_equal(arena, outcome, arena.codes("both", direction).name,
                               arena.codes(other, direction).name));
    }
  }
  append(found, must_equal(arena, outcome, "both.scale_inv", "only_scale_inv.scale_inv"));
  append(found, must_equal(arena, outcome, "amax_both", "amax_only"));
  return found;
}

/// amax at every edge of the quotient, with eps and power of two.
std::uint32_t aimed_amax(std::uint32_t i, const std::array<std::uint32_t, 4>& w) {
  constexpr std::array<std::uint32_t, 16> kEdges{0x00000000, 0x7F800000, 0x7FC00000, 0x00000001,
                                                 0x007FFFFF, 0x00800000, 0x7F7FFFFF, 0x03E00000,
                                                 0x03DFFFFF, 0x03E00001, 0x07600000, 0x0760000A,
                                                 0x43E00000, 0x47600000, 0x3F800000, 0x04600001};
  if (i < kEdges.size()) return kEdges[i];
  const std::uint32_t exponent = w[0] % 255;
  switch (w[1] % 4) {
    case 0: return exponent << 23;
    case 1: return (exponent << 23) | 0x600000 | (w[2] % 3);  // around max * 2^k
    case 2: return w[2] % 0x00800000;                         // subnormal
    default: return (exponent << 23) | (w[2] & 0x7FFFFF);
  }
}

constexpr std::uint32_t kEps[] = {0x00000000, 0x00000000, 0x2B8CBCCC,
                                  0x3A83126F, 0x00000001, 0x0DA24260};

/// Current scaling of one element: the amax is the element's magnitude.
void current_scales_of(CaseBuilder& b, const plans::Philox& random, std::uint64_t number) {
  for (std::uint32_t i = 0; i < 6; ++i) {
    const auto w = random(i, 15);
    const std::uint32_t bits = aimed_amax((static_cast<std::uint32_t>(number) * 6 + i) % 64, w);
    InputDecl x{"x" + std::to_string(i), FP8ORACLE_F32, 1, 1, 1, 0, {}};
    for (unsigned byte = 0; byte < 4; ++byte)
      x.bits.push_back(static_cast<std::uint8_t>(bits >> (8 * byte)));
    b.input(std::move(x));
    Step& s = b.quantize_current(w[3] % 2 == 0 ? "a" : "", "s", "x" + std::to_string(i));
    s.set("eps", kEps[w[3] % 6]);
    s.set("pow2", w[3] / 6 % 3 == 0 ? 1 : 0);
  }
}

Case scale_from_many_amaxes(const Scheme& scheme, const Plan& plan) {
  Plan small = plan;
  small.rows = small.cols = 1;  // the tensor carries the scheme
  CaseBuilder b("K14", scheme, small);
  b.tensor().cell("s", 0x40490FDB).cell("a", 0);
  const plans::Philox random(plan.seed);
  for (std::uint32_t i = 0; i < 24; ++i) {
    const auto w = random(i, 14);
    b.set_scale(aimed_amax((plan.number * 24 + i) % 64, w), "a");
    Step& s = b.scale_from_amax("a", "s");
    s.set("eps", kEps[w[3] % 6]);
    s.set("pow2", w[3] / 6 % 3 == 0 ? 1 : 0);
    s.set("input_type", static_cast<std::uint32_t>(nth_type(w[3] >> 8)));
  }
  current_scales_of(b, random, plan.number);
  return b.done();
}

}  // namespace

std::vector<Property> per_tensor() {
  return {
      {.clause = "K9", .smoke_cases = 40, .applies = per_tensor_scheme, .make = many_scales},
      {.clause = "K10",
       .smoke_cases = 14,
       .applies = any_scheme,
       .make = ordinary_values,
       .claims = vanishes_without_a_scale,
       .ordinary = true},
      {.clause = "K11", .smoke_cases = 10, .applies = any_scheme, .make = special_values},
      {.clause = "K12", .smoke_cases = 60, .applies = per_tensor_scheme, .make = amax_three_times},
      {.clause = "K13",
       .smoke_cases = 20,
       .applies = per_tensor_scheme,
       .make = presence_matrix,
       .check = presence_changes_nothing,
       .ordinary = true},
      {.clause = "K14",
       .smoke_cases = 60,
       .applies = per_tensor_scheme,
       .make = scale_from_many_amaxes,
       .needs = {FP8ORACLE_OP_SCALE_FROM_AMAX}},
  };
}

}  // namespace fp8oracle::clauses
