// SPDX-License-Identifier: Apache-2.0
#include "histories.h"

#include <bit>
#include <string>

#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"
#include "plans/philox.h"

namespace fp8oracle::mutants::tests {
namespace {

using plans::Bulk;
using plans::Plan;

Step quantize(const Scheme& scheme, const std::string& input, const std::string& tensor,
              const std::string& scale, const std::string& amax) {
  Step s(FP8ORACLE_OP_QUANTIZE);
  give_pairs(s.give("input", input), {tensor, scheme});
  if (scheme.grid.scale_is_given()) s.give("scale", scale).give("amax", amax);
  return s;
}

Step dequantize(const std::string& tensor, unsigned direction, const std::string& output) {
  return Step(FP8ORACLE_OP_DEQUANTIZE)
      .give("pair", tensor)
      .give("output", output)
      .set("directions", direction);
}

Step set_scale(const std::string& name, std::uint32_t bits) {
  return Step(Control::kSet).give("cell", name).set("bits", bits);
}

Step scale_from_amax(const std::string& amax, const std::string& scale) {
  return Step(FP8ORACLE_OP_SCALE_FROM_AMAX).give("amax", amax).give("scale", scale);
}

Step amax_of(const std::string& input, const std::string& amax) {
  return Step(FP8ORACLE_OP_AMAX).give("input", input).give("amax", amax);
}

Step permute(fp8oracle_operation operation, const std::string& from, const std::string& to,
             unsigned direction) {
  return Step(operation).give("input", from).give("output", to).set("directions", direction);
}

/// `part`: ".codes" or ".scale_inv"; a tensor with one given scale has one scale_inv.
Step write(const TensorDecl& t, unsigned direction, const std::string& part,
           std::vector<std::uint8_t> bytes) {
  const bool one = part == ".scale_inv" && t.scheme.grid.scale_is_given();
  const char* half = direction == FP8ORACLE_ROWWISE ? ".rowwise" : ".columnwise";
  Step s(Control::kWrite);
  s.give("buffer", t.name + (one ? "" : half) + part).bytes = std::move(bytes);
  return s;
}

Case empty_case(const Scheme& scheme) {
  Case c;
  c.clause = "K2";
  c.scheme = scheme.name();
  return c;
}

TensorDecl tensor(const std::string& name, const Scheme& scheme, const Plan& plan) {
  return {name, scheme, plan.rows, plan.cols, plan.offset};
}

std::vector<unsigned> directions_of(const Scheme& scheme) {
  std::vector<unsigned> list;
  for (const unsigned direction : {1u, 2u}) {
    if ((scheme.directions & direction) != 0) list.push_back(direction);
  }
  return list;
}

void read_back(Case& c, const Scheme& scheme, const Plan& plan, const std::string& t) {
  for (const unsigned direction : directions_of(scheme)) {
    for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
      const std::string name = "y" + std::to_string(direction) + std::string(to_string(type));
      c.outputs.push_back({name, type, plan.rows, plan.cols});
      c.steps.push_back(dequantize(t, direction, name));
    }
  }
}

/// Scales that stand at every E8M0 code, with NaN in the padding of what is swizzled.
void swizzle_there_and_back(Case& c, const Scheme& scheme, const Plan& plan) {
  for (const auto layout : {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED}) {
    const std::string name(to_string(layout));
    const Scheme plain = scheme.with_layout(layout);
    c.tensors.push_back(tensor(name, plain, plan));
    c.tensors.push_back(
        tensor(name + "_swizzled", scheme.with_layout(FP8ORACLE_LAYOUT_SWIZZLED), plan));
    c.tensors.push_back(tensor(name + "_back", plain, plan));
    for (const unsigned direction : directions_of(scheme)) {
      const auto shape = scale_grid(plain.resolved(), static_cast<fp8oracle_direction>(direction),
                                    plan.rows, plan.cols);
      std::vector<std::uint8_t> scales;
      for (std::int64_t i = 0; i < shape.bytes(); ++i) {
        const bool used = i / shape.cols < shape.used_rows && i % shape.cols < shape.used_cols;
        scales.push_back(used ? static_cast<std::uint8_t>((i * 7 + i / shape.cols) % 255)
                              : std::uint8_t{0xFF});
      }
      const TensorDecl& t = c.tensor(name);
      c.steps.push_back(write(t, direction, ".scale_inv", std::move(scales)));
      c.steps.push_back(write(
          t, direction, ".codes",
          plans::random_bytes(plan, direction, static_cast<std::size_t>(plan.rows * plan.cols))));
      c.steps.push_back(permute(FP8ORACLE_OP_SWIZZLE, name, name + "_swizzled", direction));
      c.steps.push_back(
          permute(FP8ORACLE_OP_UNSWIZZLE, name + "_swizzled", name + "_back", direction));
      c.outputs.push_back(
          {"z" + name + std::to_string(direction), FP8ORACLE_F32, plan.rows, plan.cols});
      c.steps.push_back(dequantize(name, direction, c.outputs.back().name));
    }
  }
}

}  // namespace

Plan drawn_plan(const Scheme& scheme, fp8oracle_type type, std::uint64_t number) {
  Plan plan = plans::draw_plan(plans::shape_limits(scheme), 20, 1, number);
  plan.type = type;
  return plan;
}

Case cast_and_read(const Scheme& scheme, const Plan& plan, Bulk bulk) {
  Case c = empty_case(scheme);
  c.inputs = {plans::make_input(scheme, plan, bulk)};
  c.tensors = {tensor("t", scheme, plan)};
  c.cells = {{"s", {plan.scale_bits}},
             {"a", {plan.prior_amax_bits}},
             {"alone", {0x42280000}},
             {"new", {0x3FC00000}}};
  c.steps = {quantize(scheme, "x", "t", plan.scale_absent ? "" : "s", "a")};
  read_back(c, scheme, plan, "t");
  if (scheme.grid.scale_is_given()) {
    c.steps.push_back(amax_of("x", "alone"));
    c.steps.push_back(scale_from_amax("alone", "new"));
  } else if (plan.rows > 0 && plan.cols > 0) {
    swizzle_there_and_back(c, scheme, plan);
  }
  return c;
}

Case recipe_moves_on(const Scheme& scheme, const Plan& plan) {
  Case c = empty_case(scheme);
  Plan other = plan;
  other.seed += 1;
  c.inputs = {plans::make_input(scheme, plan, Bulk::kOrdinary, "x1"),
              plans::make_input(scheme, other, Bulk::kOrdinary, "x2")};
  c.tensors = {tensor("t1", scheme, plan), tensor("t2", scheme, plan), tensor("t3", scheme, plan)};
  c.cells = {{"s", {0x40400000}}, {"a", {0}}};
  c.steps = {quantize(scheme, "x1", "t1", "s", "a")};
  read_back(c, scheme, plan, "t1");
  c.steps.push_back(set_scale("s", 0x3E99999A));
  c.steps.push_back(quantize(scheme, "x2", "t2", "s", "a"));
  c.steps.push_back(quantize(scheme, "x1", "t3", "s", "a"));
  c.steps.push_back(quantize(scheme, "x1", "t3", "s", "a"));
  c.steps.push_back(set_scale("s", 0x7FC00000));
  for (const unsigned direction : directions_of(scheme)) {
    const std::string n = std::to_string(direction);
    for (const char* name : {"again", "after", "third"}) {
      c.outputs.push_back({name + n, FP8ORACLE_F32, plan.rows, plan.cols});
    }
    c.steps.push_back(dequantize("t1", direction, "again" + n));
    c.steps.push_back(dequantize("t3", direction, "third" + n));
    const auto shape = scale_grid(scheme.resolved(), static_cast<fp8oracle_direction>(direction),
                                  plan.rows, plan.cols);
    const std::vector<std::uint8_t> scales(static_cast<std::size_t>(shape.bytes()), 0x41);
    c.steps.push_back(write(c.tensor("t1"), direction, ".scale_inv", scales));
    c.steps.push_back(dequantize("t1", direction, "after" + n));
  }
  return c;
}

Case presence(const Scheme& scheme, const Plan& plan) {
  Case c = empty_case(scheme);
  c.inputs = {plans::make_input(scheme, plan, Bulk::kOrdinary)};
  c.cells = {{"s", {0x40400000}}, {"a1", {0}}, {"a2", {0}}};
  for (const char* name : {"all", "no_amax", "no_scale_inv", "neither", "no_scale"}) {
    c.tensors.push_back(tensor(name, scheme, plan));
  }
  c.steps = {quantize(scheme, "x", "all", "s", "a1"), quantize(scheme, "x", "no_amax", "s", ""),
             quantize(scheme, "x", "no_scale_inv", "s", "a2"),
             quantize(scheme, "x", "neither", "s", ""), quantize(scheme, "x", "no_scale", "", "")};
  for (const std::size_t i : {2u, 3u}) without_scale_inv(c.steps[i]);
  // Without a scale_inv nothing can be read [K7].
  for (const unsigned direction : directions_of(scheme)) {
    const std::string y = "y" + std::to_string(direction);
    c.outputs.push_back({y, FP8ORACLE_F32, plan.rows, plan.cols});
    c.steps.push_back(dequantize("all", direction, y));
    c.steps.back().give("pair.scale_inv", "");
    c.steps.back().tamper = Tamper{"", 0, "scale_inv"};
  }
  return c;
}

Case scalars(const Scheme& scheme, const Plan& plan) {
  Case c = empty_case(scheme);
  Plan small = plan;
  small.rows = small.cols = 1;
  small.stride_extra = 0;
  c.inputs = {plans::make_input(scheme, small, Bulk::kOrdinary)};
  c.tensors = {tensor("t", scheme, small)};
  c.cells = {{"s", {0}}, {"a", {0}}, {"new", {0x3FC00000}}};
  const plans::Philox random(plan.seed);
  constexpr std::uint32_t kAmaxes[] = {0,          1,          0x007FFFFF, 0x00800000,
                                       0x03DFFFFF, 0x03E00001, 0x7F800000, 0x7FC00000,
                                       0x7F7FFFFF, 0x43E00000, 0x2B8CBCCC};
  for (std::uint32_t i = 0; i < 24; ++i) {
    const auto w = random(i, 3);
    c.steps.push_back(set_scale("s", plans::scale_bits_from(i < 6 ? 0 : w[0], w[1])));
    c.steps.push_back(quantize(scheme, "x", "t", "s", ""));
    c.steps.push_back(set_scale("a", i < std::size(kAmaxes) ? kAmaxes[i] : w[2] & 0x7FFFFFFFu));
    for (const std::uint32_t eps : {0x00000000u, 0x2B8CBCCCu}) {
      Step s = scale_from_amax("a", "new");
      s.set("eps", eps).set("pow2", w[3] % 2 == 0 ? 1 : 0).set("input_type", w[3] / 2 % 3);
      c.steps.push_back(s);
    }
  }
  return c;
}

Case bad_calls(const Scheme& scheme, const Plan& plan) {
  Case c = empty_case(scheme);
  c.clause = "K31";
  c.inputs = {plans::make_input(scheme, plan, Bulk::kOrdinary)};
  c.tensors = {tensor("t", scheme, plan)};
  c.cells = {{"s", {0x40400000}}, {"a", {0}}};
  c.outputs = {{"y", FP8ORACLE_F32, plan.rows, plan.cols}};
  const bool row = scheme.has(FP8ORACLE_ROWWISE);
  const std::string pair = row ? "rowwise" : "columnwise";
  const std::int64_t codes = plan.rows * plan.cols;
  const Tamper casts[] = {{pair + ".codes.bytes", codes - 1, pair + ".codes"},
                          {pair + ".codes.bytes", codes + 1, pair + ".codes"},
                          {pair + ".scale_inv.bytes", 3, pair + ".scale_inv"},
                          {"input.rows", -1, "input.rows"},
                          {"input.data.bytes", 1, "input.data"},
                          {"input.row_stride", plan.cols - 1, "input.row_stride"},
                          {"input.type", 3, "input.type"},
                          {"input.rows", std::int64_t{1} << 62, "input"},
                          {"scheme.knobs.element.overflow", 9, "element.overflow"},
                          {"struct_size", 16, "struct_size"}};
  for (const Tamper& t : casts) {
    c.steps.push_back(quantize(scheme, "x", "t", "s", "a"));
    c.steps.back().tamper = t;
  }
  if (!scheme.grid.scale_is_given()) {
    for (const auto& [scale, amax] : {std::pair{"s", ""}, {"", "a"}}) {
      Step s = quantize(scheme, "x", "t", "", "");
      s.give("scale", scale).give("amax", amax);
      s.tamper = Tamper{"", 0, *scale != '\0' ? "scale" : "amax"};
      c.steps.push_back(s);
    }
  } else {
    if (scheme.directions == 3) {
      c.steps.push_back(quantize(scheme, "x", "t", "s", "a"));
      c.steps.back().tamper = Tamper{"columnwise.scale_inv.data", 64, "columnwise.scale_inv"};
    }
    for (const Tamper& t : {Tamper{"eps", 0xBF800000, "eps"}, Tamper{"pow2", 2, "pow2"}}) {
      c.steps.push_back(scale_from_amax("a", "s"));
      c.steps.back().tamper = t;
    }
    c.steps.push_back(amax_of("x", "a"));
    c.steps.back().tamper = Tamper{"amax.bytes", 8, "amax"};
  }
  c.steps.push_back(dequantize("t", row ? 1u : 2u, "y"));
  c.steps.back().tamper = Tamper{"pair.codes.bytes", codes - 1, "pair.codes"};
  if (!scheme.grid.scale_is_given()) {
    c.tensors.push_back(tensor("p", scheme.with_layout(FP8ORACLE_LAYOUT_PADDED), plan));
    c.tensors.push_back(tensor("w", scheme.with_layout(FP8ORACLE_LAYOUT_SWIZZLED), plan));
    Step s = permute(FP8ORACLE_OP_SWIZZLE, "p", "w", row ? 1u : 2u);
    s.tamper = Tamper{"input.bytes", 3, "input"};
    c.steps.push_back(s);
  }
  return c;
}

std::vector<Case> histories(const Scheme& scheme) {
  std::vector<Case> list;
  constexpr Bulk kBulks[] = {Bulk::kOrdinary,   Bulk::kSpecials, Bulk::kSpecialInLanes,
                             Bulk::kBlockEdges, Bulk::kExact,    Bulk::kConstant};
  for (std::uint64_t i = 0; i < 12; ++i) {
    const auto type = static_cast<fp8oracle_type>((i + i / 6) % 3);
    list.push_back(cast_and_read(scheme, drawn_plan(scheme, type, i), kBulks[i % 6]));
  }
  Plan plan = drawn_plan(scheme, FP8ORACLE_F32, 100);
  plan.rows = 96;
  plan.cols = 160;
  list.push_back(recipe_moves_on(scheme, plan));
  list.push_back(presence(scheme, plan));
  list.push_back(bad_calls(scheme, plan));
  for (const auto& [rows, cols] : {std::pair{0, 64}, {64, 0}, {0, 0}}) {
    Plan empty = plan;
    empty.rows = rows;
    empty.cols = cols;
    empty.prior_amax_bits = 0x3F800000;
    empty.scale_bits = 0x40400000;
    empty.scale_absent = false;
    list.push_back(cast_and_read(scheme, empty, Bulk::kOrdinary));
  }
  Plan large = drawn_plan(scheme, FP8ORACLE_BF16, 101);
  large.rows = 288;
  large.cols = 256;
  list.push_back(cast_and_read(scheme, large, Bulk::kOrdinary));
  if (scheme.grid.scale_is_given()) {
    for (std::uint64_t i = 0; i < 12; ++i)
      list.push_back(scalars(scheme, drawn_plan(scheme, FP8ORACLE_F32, 200 + i)));
  }
  return list;
}

}  // namespace fp8oracle::mutants::tests
