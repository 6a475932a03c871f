// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "clauses/case_builder.h"
#include "fp8oracle/compare.h"

namespace fp8oracle::clauses {
namespace {

std::uint32_t load(const std::vector<std::uint8_t>& arena, const ArenaBuffer& b, std::int64_t i) {
  std::uint32_t bits = 0;
  const auto size = static_cast<std::size_t>(b.element_bytes);
  std::memcpy(&bits, arena.data() + b.begin + static_cast<std::size_t>(i) * size, size);
  return bits;
}

bool carries_scale(const ArenaBuffer& b, std::int64_t element) {
  const ScaleInvShape& s = b.scale_inv_shape;
  return b.role != Role::kScaleInv || s.swizzled || s.cols == 0 ||
         (element / s.cols < s.used_rows && element % s.cols < s.used_cols);
}

}  // namespace

std::vector<Difference> must_equal(const Arena& arena, const Outcome& outcome, const std::string& a,
                                   const std::string& b, bool owned_only) {
  std::vector<Difference> found;
  if (outcome.death || outcome.steps.empty()) return found;
  const auto& bytes = outcome.steps.back().arena;
  const ArenaBuffer& first = arena.named(a);
  const ArenaBuffer& second = arena.named(b);
  const auto elements = static_cast<std::int64_t>(first.bytes) / first.element_bytes;
  for (std::int64_t i = 0; i < elements; ++i) {
    const std::uint32_t want = load(bytes, first, i);
    const std::uint32_t have = load(bytes, second, i);
    if (want == have || (owned_only && !carries_scale(first, i))) continue;
    found.push_back({DifferenceKind::kOwned, outcome.steps.size() - 1,
                     static_cast<int>(&second - arena.buffers.data()), i, want, have,
                     b + " must equal " + a, static_cast<int>(&first - arena.buffers.data())});
  }
  return found;
}

}  // namespace fp8oracle::clauses
