// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/operations/covering.h"

#include <algorithm>
#include <array>
#include <set>

#include "fp8oracle/error.h"

namespace fp8oracle {
namespace {

constexpr std::size_t kMost = 65536;
constexpr std::size_t kStrength = 3;

using Row = std::vector<int>;
/// Factors and their levels: f, g, h, level of f, of g, of h.
using Triple = std::array<int, 2 * kStrength>;

std::vector<Row> every_combination(const std::vector<int>& levels) {
  std::vector<Row> all{{}};
  for (const int count : levels) {
    std::vector<Row> longer;
    for (const Row& row : all) {
      for (int level = 0; level < count; ++level) {
        longer.push_back(row);
        longer.back().push_back(level);
      }
    }
    if (longer.size() > kMost) throw UsageError("covering array: too many combinations");
    all = std::move(longer);
  }
  return all;
}

std::vector<Triple> triples_of(const Row& row) {
  std::vector<Triple> list;
  const int n = static_cast<int>(row.size());
  for (int f = 0; f < n; ++f) {
    for (int g = f + 1; g < n; ++g) {
      for (int h = g + 1; h < n; ++h) {
        const auto level = [&row](int factor) { return row[static_cast<std::size_t>(factor)]; };
        list.push_back({f, g, h, level(f), level(g), level(h)});
      }
    }
  }
  return list;
}

}  // namespace

std::vector<std::vector<int>> covering_array(const std::vector<int>& levels) {
  std::vector<Row> candidates = every_combination(levels);
  if (levels.size() < kStrength) return candidates;
  std::set<Triple> missing;
  for (const Row& row : candidates) {
    for (const Triple& t : triples_of(row)) missing.insert(t);
  }
  std::vector<Row> rows;
  while (!missing.empty()) {
    const Row* best = nullptr;
    std::size_t most = 0;
    for (const Row& row : candidates) {
      const std::vector<Triple> triples = triples_of(row);
      const auto fresh = static_cast<std::size_t>(std::count_if(
          triples.begin(), triples.end(), [&](const Triple& t) { return missing.count(t) != 0; }));
      if (fresh > most) best = &row, most = fresh;
    }
    for (const Triple& t : triples_of(*best)) missing.erase(t);
    rows.push_back(*best);
  }
  return rows;
}

}  // namespace fp8oracle
