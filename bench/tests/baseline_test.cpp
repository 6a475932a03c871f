// SPDX-License-Identifier: Apache-2.0
#include "bench/baseline.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fp8oracle::bench {
namespace {

RowResult row(const char* op, double us, double ratio, std::uint64_t bytes) {
  RowResult result;
  result.op = op;
  result.type = "BF16";
  result.format = "e4m3";
  result.rows = result.cols = 64;
  result.us = us;
  result.ratio = ratio;
  result.bytes = bytes;
  return result;
}

constexpr std::uint64_t kLarge = kSmallBytes + 1;

Results run(std::vector<RowResult> rows) {
  Results results;
  results.machine = "m";
  results.device = "d";
  results.rows = std::move(rows);
  return results;
}

TEST(BenchBaseline, LetsFivePercentPassAndNoMore) {
  const Results before = run({row("large", 100, 0.80, kLarge), row("small", 2.0, 0.5, 1000)});
  EXPECT_TRUE(
      compare(before, run({row("large", 200, 0.761, kLarge), row("small", 2.09, 0.1, 1000)}))
          .worse.empty());
  const Comparison worse =
      compare(before, run({row("large", 50, 0.759, kLarge), row("small", 2.11, 0.9, 1000)}));
  ASSERT_EQ(worse.worse.size(), 2u);
  EXPECT_EQ(worse.worse[0], "large 64x64 BF16 e4m3: ratio 0.759, was 0.8 (-5.1 %)");
  EXPECT_EQ(worse.worse[1], "small 64x64 BF16 e4m3: us 2.11, was 2 (+5.5 %)");
  EXPECT_EQ(worse.compared, 2);
}

TEST(BenchBaseline, NamesARowThatIsNotMeasuredAnyMore) {
  RowResult skipped = row("large", 0, 0, kLarge);
  skipped.status = "SKIPPED";
  skipped.reason = "gone";
  const Comparison result = compare(run({row("large", 1, 1, kLarge)}), run({skipped}));
  ASSERT_EQ(result.worse.size(), 1u);
  EXPECT_NE(result.worse[0].find("SKIPPED now (gone)"), std::string::npos);
}

TEST(BenchBaseline, ComparesNoTimesOfAnotherMachine) {
  const Results before = run({row("large", 1, 1, kLarge), row("small", 2.0, 0.5, 1000)});
  Results now = run({row("large", 1, 0.5, kLarge), row("small", 9.0, 0.1, 1000)});
  now.machine = "another";
  const Comparison result = compare(before, now);
  EXPECT_EQ(result.worse.size(), 1u);
  EXPECT_EQ(result.compared, 1);
  EXPECT_EQ(result.notes.size(), 1u);
}

TEST(BenchBaseline, SaysWhichRowsItDoesNotKnow) {
  const Comparison result = compare(run({}), run({row("new", 1, 1, kLarge)}));
  EXPECT_TRUE(result.worse.empty());
  ASSERT_EQ(result.notes.size(), 1u);
  EXPECT_EQ(result.notes[0], "new 64x64 BF16 e4m3: not in the baseline");
}

TEST(BenchBaseline, TakesNoNumberForGood) {
  const Results before = run({row("large", 1, 0.8, kLarge)});
  EXPECT_EQ(compare(before, run({row("large", 1, std::nan(""), kLarge)})).worse.size(), 1u);
}

}  // namespace
}  // namespace fp8oracle::bench
