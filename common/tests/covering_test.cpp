// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/operations/covering.h"

#include <set>

#include "support.h"

namespace fp8oracle {
namespace {

/// Whether any levels of any three factors stand together in a row.
bool covers(const std::vector<std::vector<int>>& rows, const std::vector<int>& levels) {
  const std::size_t n = levels.size();
  for (std::size_t f = 0; f < n; ++f) {
    for (std::size_t g = f + 1; g < n; ++g) {
      for (std::size_t h = g + 1; h < n; ++h) {
        std::set<std::vector<int>> seen;
        for (const auto& row : rows) seen.insert({row[f], row[g], row[h]});
        const auto all = static_cast<std::size_t>(levels[f] * levels[g] * levels[h]);
        if (seen.size() != all) return false;
      }
    }
  }
  return true;
}

TEST(CoveringArray, HasEveryThreeLevelsInFarFewerRowsThanThereAreCombinations) {
  const std::vector<int> levels{2, 2, 2, 2, 2, 2, 3, 3};
  const auto rows = covering_array(levels);
  EXPECT_TRUE(covers(rows, levels));
  EXPECT_LE(rows.size(), 36u);  // of 576; no fewer than 18 can do
  EXPECT_FALSE(covers({rows.begin(), rows.end() - 1}, levels));
  EXPECT_EQ(rows, covering_array(levels));  // the same on every machine
}

TEST(CoveringArray, OfFewFactorsIsEveryCombination) {
  EXPECT_EQ(covering_array({}).size(), 1u);
  EXPECT_EQ(covering_array({3, 2}).size(), 6u);
  EXPECT_EQ(covering_array({1, 1, 1, 1}).size(), 1u);
}

TEST(CoveringArray, RefusesWhatItCannotLookThrough) {
  EXPECT_EQ(usage_error([] { covering_array(std::vector<int>(20, 2)); }),
            "covering array: too many combinations");
}

}  // namespace
}  // namespace fp8oracle
