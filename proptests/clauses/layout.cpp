// SPDX-License-Identifier: Apache-2.0
// K18, K19: where scale_inv lies, and what stands in its padding.
#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"

#include "clauses/case_builder.h"
#include "clauses/groups.h"
#include "reference/layout.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

bool mx_scheme(const Scheme& scheme) { return scheme.grid.is_mx(); }

/// scale_inv with every scale's label in its place, the same in every layout, and `padding`
/// everywhere else.
std::vector<std::uint8_t> labelled(const Scheme& scheme, const Plan& plan, unsigned direction,
                                   std::uint8_t padding) {
  const ScaleGrid scales = scale_grid(
      scheme.resolved(), static_cast<fp8oracle_direction>(direction), plan.rows, plan.cols);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(scales.bytes()), padding);
  for (std::int64_t i = 0; i < scales.lines() && !plan.hollow; ++i) {
    for (std::int64_t j = 0; j < scales.blocks(); ++j) {
      bytes[static_cast<std::size_t>(scales.place(i, j))] =
          static_cast<std::uint8_t>(100 + (i * 7 + j * 31 + plan.variant) % 50);
    }
  }
  return bytes;
}

/// Written by a cast; then two tensors with the same scales and other padding are read.
Case padding_is_nobodys_business(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K18", scheme, plan);
  b.input(Bulk::kOrdinary).tensor();
  b.quantize();
  const unsigned direction = one_direction(scheme, plan.variant);
  const auto codes = plans::random_bytes(plan, 3, static_cast<std::size_t>(plan.rows * plan.cols));
  for (const auto& [name, padding] :
       {std::pair<std::string, std::uint8_t>{"nan_padding", 0xFF}, {"other_padding", 0x80}}) {
    b.tensor(name).output("y_" + name, FP8ORACLE_F32);
    b.write_codes(direction, codes, name);
    b.write_scale_inv(direction, labelled(scheme, plan, direction, padding), name);
    b.dequantize(direction, "y_" + name, name);
  }
  return b.done();
}

std::vector<Difference> readers_ignore_padding(const Case&, const Arena& arena,
                                               const Outcome& outcome) {
  return must_equal(arena, outcome, "y_other_padding", "y_nan_padding");
}

bool padding_or_read_value(const Difference& d, const Verdict& v) {
  if (d.buffer < 0) return false;
  return d.kind == DifferenceKind::kPadding || in_swizzled_padding(d, v) ||
         v.arena.buffers[static_cast<std::size_t>(d.buffer)].role == Role::kOutput;
}

/// One case in five has lines of 32 blocks, which fast kernels move 16 bytes at a time, and more
/// lines than a tile. Of two directions one after the other is the long one.
Plan with_long_lines(const Scheme& scheme, const Plan& plan) {
  constexpr std::int64_t kAcross = 160, kBlocks = 32;
  const std::int64_t along = kBlocks * scheme.grid.block_cols;
  if (plan.number % 5 != 4) return plan;
  const bool along_rows =
      scheme.directions == 3 ? plan.number / 5 % 2 == 0 : scheme.directions == FP8ORACLE_ROWWISE;
  Plan p = plan;
  p.rows = along_rows ? kAcross : along;
  p.cols = along_rows ? along : kAcross;
  return p;
}

/// plain -> swizzled -> plain, with NaN in the padding of the source.
Case swizzle_there_and_back(const Scheme& scheme, const Plan& drawn) {
  const Plan plan = with_long_lines(scheme, drawn);
  const bool from_padded = scheme.layout == FP8ORACLE_LAYOUT_PADDED || plan.variant % 2 == 0;
  const Scheme plain =
      scheme.with_layout(from_padded ? FP8ORACLE_LAYOUT_PADDED : FP8ORACLE_LAYOUT_COMPACT);
  const Scheme swizzled = scheme.with_layout(FP8ORACLE_LAYOUT_SWIZZLED);
  CaseBuilder b("K19", scheme, plan);
  b.tensor("plain", plain).tensor("swizzled", swizzled).tensor("back", plain);
  for (const unsigned direction : {1u, 2u}) {
    if ((scheme.directions & direction) == 0) continue;
    b.write_scale_inv(direction, labelled(plain, plan, direction, 0xFF), "plain");
    b.permute(FP8ORACLE_OP_SWIZZLE, "plain", "swizzled", direction);
    b.permute(FP8ORACLE_OP_UNSWIZZLE, "swizzled", "back", direction);
  }
  return b.done();
}

std::vector<Difference> unswizzle_inverts(const Case& c, const Arena& arena,
                                          const Outcome& outcome) {
  std::vector<Difference> found;
  for (const unsigned direction : {1u, 2u}) {
    if ((first_tensor(c).scheme.directions & direction) == 0) continue;
    append(found, must_equal(arena, outcome, arena.scale_inv("plain", direction).name,
                             arena.scale_inv("back", direction).name, true));
  }
  return found;
}

bool of_a_swizzle(const Difference& d, const Verdict& v) {
  const Step& step = v.c.steps[d.step];
  return d.buffer >= 0 && (step.is(FP8ORACLE_OP_SWIZZLE) || step.is(FP8ORACLE_OP_UNSWIZZLE));
}

/// Shapes where the layouts differ: from the second row and the second tile on.
plans::ShapeLimits larger(const Scheme& scheme) {
  plans::ShapeLimits limits = plans::shape_limits(scheme);
  limits.max_elements = 160 * 160;
  return limits;
}

}  // namespace

bool in_swizzled_padding(const Difference& d, const Verdict& v) {
  if (d.buffer < 0) return false;
  const ArenaBuffer& b = v.arena.buffers[static_cast<std::size_t>(d.buffer)];
  const ScaleGrid& scales = b.scales;
  if (b.role != Role::kScaleInv || !scales.permuted()) return false;
  for (std::int64_t i = 0; i < scales.lines(); ++i) {
    for (std::int64_t j = 0; j < scales.blocks(); ++j) {
      if (scales.place(i, j) == d.element) return false;
    }
  }
  return true;
}

std::vector<Property> layout() {
  return {
      {.clause = "K18",
       .smoke_cases = 4,
       .applies = mx_scheme,
       .make = padding_is_nobodys_business,
       .claims = padding_or_read_value,
       .check = readers_ignore_padding},
      {.clause = "K19",
       .smoke_cases = 5,
       .applies = mx_scheme,
       .make = swizzle_there_and_back,
       .claims = of_a_swizzle,
       .check = unswizzle_inverts,
       .limits = larger,
       .needs = {FP8ORACLE_OP_SWIZZLE, FP8ORACLE_OP_UNSWIZZLE}},
  };
}

}  // namespace fp8oracle::clauses
