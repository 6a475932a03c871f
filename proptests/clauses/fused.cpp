// SPDX-License-Identifier: Apache-2.0
// K26: many tensors in one call.
#include <algorithm>

#include "clauses/case_builder.h"
#include "clauses/groups.h"
#include "fp8oracle/layout.h"
#include "plans/philox.h"

namespace fp8oracle::clauses {
namespace {

using plans::Plan;

/// Around the 64 tensors that one launch of TransformerEngine takes.
constexpr std::int64_t kCounts[] = {65, 64, 3, 0, 1, 130, 33, 2};

/// Mixed shapes, each with its own stride and alignment; one in eight is empty.
Plan shape_of(const Scheme& scheme, const Plan& plan, std::int64_t i) {
  const auto w = plans::Philox(plan.seed)(static_cast<std::uint64_t>(i), 26);
  const plans::ShapeLimits limits = plans::shape_limits(scheme);
  const std::uint32_t largest = i % 16 == 5 ? 96 : 20;
  Plan p = plan;
  p.rows = round_up(1 + w[0] % largest, limits.row_multiple);
  p.cols = round_up(1 + w[1] % largest, limits.col_multiple);
  if (w[2] % 8 == 0) (w[2] / 8 % 2 == 0 ? p.rows : p.cols) = 0;
  p.stride_extra = w[2] / 16 % 3;
  p.offset = w[3] % 16;
  p.seed = plan.seed + static_cast<std::uint64_t>(i);
  p.planted.clear();
  return p;
}

/// The list in one call, and its first three tensors one by one; then the call recorded with all
/// outputs and with codes alone: scale_inv and amax cost no launch.
Case list_of_tensors(const Scheme& scheme, const Plan& plan) {
  const std::int64_t count = kCounts[plan.number % std::size(kCounts)];
  CaseBuilder b("K26", scheme, plan);
  const bool block = !scheme.grid.scale_is_given();
  std::vector<CastItem> items;
  b.tensor("carries_the_scheme");
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    const Plan shape = shape_of(scheme, plan, i);
    b.pair_of_shape("x" + n, "t" + n, shape);
    const auto w = plans::Philox(plan.seed)(static_cast<std::uint64_t>(i), 27);
    const bool with_scale = !block && i % 8 != 7, with_amax = !block && i % 5 != 4;
    if (with_scale) b.cell("s" + n, plans::scale_bits_from(w[0], w[1]));
    if (with_amax) b.cell("a" + n, i % 3 == 0 ? plan.prior_amax_bits : 0);
    items.push_back({"x" + n, "t" + n, with_scale ? "s" + n : "", with_amax ? "a" + n : ""});
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(items.size(), 3); ++i) {
    Step& single = b.quantize(items[i].input, items[i].tensor);
    single.give("scale", items[i].scale);
  }
  b.quantize_many(items);
  b.step(Control::kCapture);
  b.quantize_many(items);
  b.step(Control::kEndCapture);
  if (!block) {
    for (CastItem& item : items) item.amax.clear();
    b.step(Control::kCapture);
    without_scale_inv(b.quantize_many(items));
    b.step(Control::kEndCapture);
  }
  return b.done();
}

/// Its own: wrong in the list although the same tensors are right one by one.
bool only_in_the_list(const Difference& d, const Verdict& v) {
  const auto in_list = [&](const Difference& x) {
    return !v.c.steps[x.step].is(FP8ORACLE_OP_QUANTIZE);
  };
  const auto& all = v.comparison.differences;
  return in_list(d) && std::all_of(all.begin(), all.end(), in_list);
}

/// One launch takes at least 32 tensors, whatever is asked for besides the codes.
std::vector<Difference> no_helper_launches(const Case& c, const Arena&, const Outcome& outcome) {
  std::vector<Difference> found;
  const auto wrong = [&](std::size_t step, std::uint64_t want, std::uint64_t have,
                         const std::string& text) {
    found.push_back({DifferenceKind::kStatus, step, -1, 0, static_cast<std::uint32_t>(want),
                     static_cast<std::uint32_t>(have), text});
  };
  std::optional<std::uint64_t> first;
  for (std::size_t i = 1; i < std::min(outcome.steps.size(), c.steps.size()); ++i) {
    const auto& nodes = outcome.steps[i].launches;
    if (!c.steps[i].is(Control::kEndCapture) || !nodes) continue;
    const std::uint64_t tensors = c.steps[i - 1].items();
    if (*nodes > 1 + tensors / 32)
      wrong(i, 1 + tensors / 32, *nodes,
            std::to_string(tensors) + " tensors take " + std::to_string(*nodes) + " launches");
    if (first && *first != *nodes)
      wrong(i, *nodes, *first,
            "scale_inv and amax change the number of launches from " + std::to_string(*nodes) +
                " to " + std::to_string(*first));
    first = nodes;
  }
  return found;
}

}  // namespace

std::vector<Property> fused() {
  return {{.clause = "K26",
           .smoke_cases = 4,
           .applies = [](const Scheme&) { return true; },
           .make = list_of_tensors,
           .claims = only_in_the_list,
           .check = no_helper_launches,
           .needs = {FP8ORACLE_OP_QUANTIZE_MANY}}};
}

}  // namespace fp8oracle::clauses
