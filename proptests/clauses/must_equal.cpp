// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "clauses/case_builder.h"
#include "fp8oracle/compare.h"
#include "fp8oracle/error.h"
#include "fp8oracle/quote.h"
#include "fp8oracle/scale_grid.h"

namespace fp8oracle::clauses {
namespace {

std::uint32_t load(const std::vector<std::uint8_t>& arena, const ArenaBuffer& b, std::int64_t i) {
  std::uint32_t bits = 0;
  const auto size = static_cast<std::size_t>(b.element_bytes);
  std::memcpy(&bits, arena.data() + b.begin + static_cast<std::size_t>(i) * size, size);
  return bits;
}

bool carries_scale(const ArenaBuffer& b, std::int64_t element) {
  const ScaleGrid& s = b.scales;
  return b.role != Role::kScaleInv || s.permuted() || s.cols == 0 ||
         (element / s.cols < s.used_rows && element % s.cols < s.used_cols);
}

/// A case that no property made may name buffers that have no elements to compare.
void expect_one_size(const ArenaBuffer& a, const ArenaBuffer& b) {
  const bool ok = a.bytes == b.bytes && a.element_bytes == b.element_bytes && a.rows == b.rows &&
                  a.cols == b.cols;
  if (!ok) {
    throw UsageError("case: " + quote(a.name) + " and " + quote(b.name) +
                     " must be alike and differ in size");
  }
}

}  // namespace

std::vector<Difference> must_equal(const Arena& arena, const Outcome& outcome, const std::string& a,
                                   const std::string& b, bool owned_only) {
  std::vector<Difference> found;
  if (outcome.death || outcome.steps.empty()) return found;
  const auto& bytes = outcome.steps.back().arena;
  const ArenaBuffer& first = arena.named(a);
  const ArenaBuffer& second = arena.named(b);
  expect_one_size(first, second);
  if (std::memcmp(bytes.data() + first.begin, bytes.data() + second.begin, first.bytes) == 0)
    return found;
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
