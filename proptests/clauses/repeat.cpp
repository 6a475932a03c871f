// SPDX-License-Identifier: Apache-2.0
// K30: same inputs, same bits.
#include <algorithm>

#include "clauses/case_builder.h"
#include "clauses/every_operation.h"
#include "clauses/groups.h"
#include "fp8oracle/layout.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

/// Every fourth case is larger than 2^16 elements, for indices that are too narrow.
Plan sized(const Scheme& scheme, const Plan& plan) {
  Plan p = plan;
  if (plan.number % 4 != 3) return p;
  const plans::ShapeLimits limits = plans::shape_limits(scheme);
  p.rows = round_up(257, limits.row_multiple);
  p.cols = round_up(259, limits.col_multiple);
  return p;
}

/// The same values at another address, with another stride, and once more.
Case moved_and_repeated(const Scheme& scheme, const Plan& plan) {
  const Plan p = sized(scheme, plan);
  CaseBuilder b("K30", scheme, p);
  const Bulk bulk = plan.number % 4 == 1 ? Bulk::kConstant : Bulk::kOrdinary;
  InputDecl x = plans::make_input(scheme, p, bulk, "x");
  InputDecl moved = x;
  x.offset = 0;
  x.row_stride = x.cols;
  moved.name = "moved";
  moved.offset = 1 + plan.variant % 15;
  moved.row_stride = moved.cols + 1 + plan.variant / 16 % 7;
  b.input(std::move(x)).input(std::move(moved)).scale();
  for (const char* t : {"first", "of_moved", "again"}) b.tensor(t);
  b.quantize("x", "first");
  b.quantize("moved", "of_moved");
  b.quantize("x", "again");
  if (p.rows * p.cols > 65536) return b.done();
  for (const char* way : {"_first", "_moved", "_again"}) {
    const EveryOperation every(b, scheme, p,
                               {.suffix = way,
                                .x = way == std::string("_moved") ? "moved" : "x",
                                .which = plan.number,
                                .of = 3});
    b.append(every.calls());
  }
  return b.done();
}

/// Where every element is the same and every block is whole, every code is the same.
void all_alike(const Case& c, const Arena& arena, const Outcome& outcome, unsigned direction,
               std::vector<Difference>& found) {
  const ArenaBuffer& codes = arena.codes("first", direction);
  const auto& bytes = outcome.steps.back().arena;
  if (c.number % 4 != 1) return;
  for (std::uint64_t i = 1; i < codes.bytes; ++i) {
    if (bytes[codes.begin + i] == bytes[codes.begin]) continue;
    found.push_back({DifferenceKind::kOwned, outcome.steps.size() - 1,
                     static_cast<int>(&codes - arena.buffers.data()), static_cast<std::int64_t>(i),
                     bytes[codes.begin], bytes[codes.begin + i],
                     "one value in every place must give one code"});
  }
}

/// What the operations wrote into buffers whose names differ by these ends.
std::vector<Difference> ways_differ(const Arena& arena, const Outcome& outcome,
                                    const std::string& a, const std::string& b) {
  std::vector<Difference> found;
  for (const ArenaBuffer& buffer : arena.buffers) {
    const std::size_t at = buffer.name.find(a);
    if (at == std::string::npos || buffer.role == Role::kInput) continue;
    std::string other = buffer.name;
    append(found, must_equal(arena, outcome, buffer.name, other.replace(at, a.size(), b), true));
  }
  return found;
}

std::vector<Difference> alike(const Case& c, const Arena& arena, const Outcome& outcome) {
  std::vector<Difference> found;
  if (outcome.death || outcome.steps.empty()) return found;
  for (const char* way : {"_moved", "_again"})
    append(found, ways_differ(arena, outcome, "_first", way));
  for (const unsigned direction : {1u, 2u}) {
    if ((first_tensor(c).scheme.directions & direction) == 0) continue;
    for (const char* other : {"of_moved", "again"}) {
      append(found, must_equal(arena, outcome, arena.codes("first", direction).name,
                               arena.codes(other, direction).name));
      append(found, must_equal(arena, outcome, arena.scale_inv("first", direction).name,
                               arena.scale_inv(other, direction).name, true));
    }
    all_alike(c, arena, outcome, direction, found);
  }
  return found;
}

/// Its own: what is wrong only in a tensor of more than 2^16 elements. An index that is too narrow
/// leaves the elements behind unwritten, and may have put them over the first ones.
bool beyond_65536(const Difference& d, const Verdict& v) {
  const auto beyond = [&](const Difference& x) {
    return x.buffer >= 0 && x.element >= 65536 &&
           v.arena.buffers[static_cast<std::size_t>(x.buffer)].role == Role::kCodes;
  };
  if (v.c.number % 4 != 3 || !beyond(d)) return false;
  if (d.kind == DifferenceKind::kOwned) return beyond(v.comparison.differences.front());
  return std::none_of(v.comparison.differences.begin(), v.comparison.differences.end(),
                      [&](const Difference& x) { return x.kind == d.kind && !beyond(x); });
}

}  // namespace

std::vector<Property> repeat() {
  return {{.clause = "K30",
           .smoke_cases = 4,
           .applies = [](const Scheme&) { return true; },
           .make = moved_and_repeated,
           .claims = beyond_65536,
           .check = alike}};
}

}  // namespace fp8oracle::clauses
