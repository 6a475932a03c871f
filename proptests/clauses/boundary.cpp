// SPDX-License-Identifier: Apache-2.0
// K31: for each argument the nearest illegal value.
#include <limits>

#include "clauses/case_builder.h"
#include "clauses/groups.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

std::vector<Tamper> of_a_pair(const Scheme& scheme, const Plan& plan, unsigned direction,
                              const std::string& name) {
  const std::int64_t codes = plan.rows * plan.cols;
  const std::int64_t scale_inv =
      scale_grid(scheme.resolved(), static_cast<fp8oracle_direction>(direction), plan.rows,
                 plan.cols)
          .bytes();
  std::vector<Tamper> list{
      {name + ".codes.bytes", codes - 1, name + ".codes"},
      {name + ".codes.bytes", codes + 1, name + ".codes"},
      {name + ".codes.data", 0, name + ".codes"},
      {name + ".scale_inv.bytes", scale_inv - 1, name + ".scale_inv"},
      {name + ".scale_inv.bytes", scale_inv + 1, name + ".scale_inv"},
      {name + ".scale_inv.data", 0, name + ".scale_inv"},
  };
  return list;
}

std::vector<Tamper> of_a_matrix(const Plan& plan, std::int64_t stride, const std::string& name) {
  const std::int64_t bytes = ((plan.rows - 1) * stride + plan.cols) * size_of(plan.type);
  return {
      {name + ".data.bytes", bytes - 1, name + ".data"},
      {name + ".data.data", 0, name + ".data"},
      {name + ".rows", -1, name + ".rows"},
      {name + ".cols", -1, name + ".cols"},
      {name + ".row_stride", plan.cols - 1, name + ".row_stride"},
      {name + ".rows", kHuge, name},
      {name + ".type", 3, name + ".type"},
  };
}

void append(std::vector<Tamper>& list, const std::vector<Tamper>& more) {
  list.insert(list.end(), more.begin(), more.end());
}

std::vector<Tamper> of_quantize(const Scheme& scheme, const Plan& plan) {
  std::vector<Tamper> list = of_a_matrix(plan, plan.cols + plan.stride_extra, "input");
  if (plan.rows > 1) list.push_back({"input.row_stride", kHuge, "input.row_stride"});
  for (const unsigned direction : {1u, 2u}) {
    if ((scheme.directions & direction) == 0) continue;
    append(list, of_a_pair(scheme, plan, direction, direction == 1 ? "rowwise" : "columnwise"));
  }
  list.push_back({"scheme.grid.levels", 77, "scheme.grid"});
  list.push_back({"scheme.layout", 9, "scheme.layout"});
  list.push_back({"scheme.directions", 0, "scheme.directions"});
  list.push_back({"scheme.knobs.element.overflow", 9, "element.overflow"});
  list.push_back({"struct_size", 16, "struct_size"});
  if (!scheme.grid.scale_is_given()) return list;
  list.push_back({"amax.bytes", 3, "amax"});
  if (!plan.scale_absent) list.push_back({"scale.bytes", 3, "scale"});
  if (scheme.directions == 3)
    list.push_back({"columnwise.scale_inv.data", 64, "columnwise.scale_inv"});
  return list;
}

void bad_swizzles(CaseBuilder& b, const Scheme& scheme, const Plan& plan) {
  const Scheme plain = scheme.with_layout(FP8ORACLE_LAYOUT_PADDED);
  b.tensor("plain", plain).tensor("swizzled", scheme.with_layout(FP8ORACLE_LAYOUT_SWIZZLED));
  const auto direction = static_cast<fp8oracle_direction>(one_direction(scheme, plan.variant));
  const std::int64_t bytes = scale_grid(plain.resolved(), direction, plan.rows, plan.cols).bytes();
  for (const Tamper& t : {Tamper{"input.bytes", bytes - 1, "input"},
                          {"output.bytes", bytes + 1, "output"},
                          {"output.data", 0, "output"},
                          {"rows", -1, "rows"},
                          {"scheme.layout", 2, "scheme.layout"}}) {
    Step& s = b.step(StepKind::kSwizzle);
    s.tensor = "plain";
    s.target = "swizzled";
    s.directions = direction;
    s.tamper = t;
  }
}

void bad_scalars(CaseBuilder& b) {
  for (const Tamper& t : {Tamper{"amax.bytes", 8, "amax"},
                          {"amax.data", 0, "amax"},
                          {"input.rows", -1, "input.rows"}}) {
    Step& s = b.step(StepKind::kAmax);
    s.input = "x";
    s.amax = "a";
    s.tamper = t;
  }
  for (const Tamper& t : {Tamper{"scale.bytes", 5, "scale"},
                          {"amax.data", 0, "amax"},
                          {"eps", 0xBF800000, "eps"},
                          {"eps", 0x7FC00000, "eps"},
                          {"pow2", 2, "pow2"},
                          {"input_type", 3, "input_type"}}) {
    Step& s = b.step(StepKind::kScaleFromAmax);
    s.amax = "a";
    s.scale = "s";
    s.tamper = t;
  }
}

/// The same fields again, where a call has them for each of several tensors.
void bad_lists(CaseBuilder& b, const Scheme& scheme, const Plan& plan) {
  const bool block = !scheme.grid.scale_is_given();
  const std::vector<CastItem> items{{"x", "t", block ? "" : "s", block ? "" : "a"},
                                    {"x", "second", block ? "" : "s", ""}};
  const std::string item = plan.variant % 2 == 0 ? "items[0]." : "items[1].";
  std::vector<Tamper> list = of_a_matrix(plan, plan.cols + plan.stride_extra, item + "input");
  const unsigned direction = one_direction(scheme, plan.variant);
  const std::string pair = direction == 1 ? "rowwise" : "columnwise";
  append(list, of_a_pair(scheme, plan, direction, item + pair));
  list.push_back({"items[1].input.type", (plan.type + 1) % 3, "items[1].input"});
  list.push_back({"items", 0, "items"});
  list.push_back({"scheme.layout", 9, "scheme.layout"});
  list.push_back({"struct_size", 16, "struct_size"});
  for (const Tamper& t : list) b.quantize_many(items).tamper = t;
  Step& noop = b.quantize_many(items);
  noop.noop = "n";
  noop.tamper = Tamper{"noop.bytes", 3, "noop"};
}

void bad_current_scaling(CaseBuilder& b, const Scheme& scheme, const Plan& plan) {
  std::vector<Tamper> list = of_a_matrix(plan, plan.cols + plan.stride_extra, "input");
  const unsigned direction = one_direction(scheme, plan.variant);
  append(list, of_a_pair(scheme, plan, direction, direction == 1 ? "rowwise" : "columnwise"));
  append(list, {{"amax.bytes", 3, "amax"},
                {"scale.data", 0, "scale"},
                {"eps", 0xBF800000, "eps"},
                {"eps", 0x7F800000, "eps"},
                {"pow2", 2, "pow2"},
                {"noop.bytes", 8, "noop"},
                {"scheme.grid.block_rows", 1, "scheme.grid"},
                {"struct_size", 16, "struct_size"}});
  for (const Tamper& t : list) {
    Step& s = b.quantize_current("a", "s");
    s.noop = "n";
    s.tamper = t;
  }
  for (const Tamper& t : {Tamper{"scale_inv.bytes", 3, "scale_inv"},
                          {"scale_inv.data", 0, "scale_inv"},
                          {"scale.bytes", 5, "scale"},
                          {"struct_size", 16, "struct_size"}}) {
    b.scale_inverse().tamper = t;
  }
}

Case every_bad_call(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K31", scheme, plan);
  b.input(Bulk::kOrdinary).tensor().scale().scalar("a", 0x3F800000).output("y", FP8ORACLE_F32);
  for (const Tamper& t : of_quantize(scheme, plan)) {
    b.quantize("x", "t", "a").tamper = t;
  }
  const unsigned direction = one_direction(scheme, plan.variant);
  std::vector<Tamper> reads = of_a_pair(scheme, plan, direction, "pair");
  reads.push_back({"output.data.bytes", plan.rows * plan.cols * 4 - 1, "output.data"});
  // Too wide for the buffer as well: a backend may name either.
  reads.push_back({"output.row_stride", plan.cols + 1, "output"});
  reads.push_back({"output.row_stride", plan.cols - 1, "output.row_stride"});
  reads.push_back({"scheme.directions", 3, "scheme.directions"});
  for (const Tamper& t : reads) b.dequantize(direction, "y").tamper = t;
  b.tensor("second").scalar("n", 0);
  Step& noop = b.quantize();
  noop.noop = "n";
  noop.tamper = Tamper{"noop.bytes", 8, "noop"};
  bad_lists(b, scheme, plan);
  if (!scheme.grid.scale_is_given()) {
    bad_swizzles(b, scheme, plan);
    Step& with_scale = b.quantize();
    b.scalar("s", 0x3F800000);
    with_scale.scale = "s";
    with_scale.tamper = Tamper{"", 0, "scale"};
    Step& with_amax = b.quantize();
    with_amax.amax = "a";
    with_amax.tamper = Tamper{"", 0, "amax"};
  } else {
    bad_scalars(b);
    bad_current_scaling(b, scheme, plan);
  }
  b.quantize();  // and the good call still works
  return b.done();
}

/// A dimension one past whole blocks, where the profile wants whole ones.
Case partial_block(const Scheme& scheme, const Plan& plan) {
  Plan p = plan;
  if (scheme.has(FP8ORACLE_ROWWISE)) p.cols += 1 + plan.variant % 31;
  if (!scheme.has(FP8ORACLE_ROWWISE)) p.rows += 1 + plan.variant % 31;
  CaseBuilder b("K31", scheme, p);
  b.input(Bulk::kOrdinary).tensor();
  b.quantize().tamper = Tamper{"", 0, scheme.has(FP8ORACLE_ROWWISE) ? "input.cols" : "input.rows"};
  return b.done();
}

Case bad_call(const Scheme& scheme, const Plan& plan) {
  const bool whole =
      !scheme.grid.scale_is_given() && scheme.profile.knobs.shapes == FP8ORACLE_SHAPES_WHOLE_BLOCKS;
  return whole && plan.number % 3 == 2 ? partial_block(scheme, plan) : every_bad_call(scheme, plan);
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
           .claims = at_a_tampered_step}};
}

}  // namespace fp8oracle::clauses
