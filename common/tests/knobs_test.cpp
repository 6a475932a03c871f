// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/knobs.h"

#include <gtest/gtest.h>

#include <set>

namespace fp8oracle {
namespace {

constexpr std::uint32_t kCount = FP8ORACLE_KNOB_MX_COLUMNWISE_CODES + 1;

fp8oracle_knobs abi_of(const std::vector<std::uint32_t>& values) {
  return {sizeof(fp8oracle_knobs), static_cast<std::uint32_t>(values.size()), values.data()};
}

/// Every field another number.
Knobs numbered(std::uint32_t first) {
  Knobs result;
  for (const Knob& knob : knobs()) result.*knob.field = first++;
  return result;
}

TEST(Knobs, StandInTheOrderOfTheirNumbersEachWithAFieldAndANameOfItsOwn) {
  ASSERT_EQ(knobs().size(), kCount);
  EXPECT_EQ(sizeof(Knobs), kCount * sizeof(std::uint32_t));
  std::set<std::string_view> names;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(static_cast<std::uint32_t>(knobs()[i].id), i);
    EXPECT_TRUE(names.insert(knobs()[i].name).second) << knobs()[i].name;
  }
  const Knobs distinct = numbered(100);
  std::set<std::uint32_t> fields;
  for (const Knob& knob : knobs()) fields.insert(distinct.*knob.field);
  EXPECT_EQ(fields.size(), kCount);
}

TEST(Knobs, AreFoundInTheFieldsThatTheirNamesSay) {
  EXPECT_EQ(numbered(0).element_max_code, std::uint32_t{FP8ORACLE_KNOB_ELEMENT_MAX_CODE});
  EXPECT_EQ(numbered(0).e8m0_round, std::uint32_t{FP8ORACLE_KNOB_E8M0_ROUND});
  EXPECT_EQ(numbered(0).padding, std::uint32_t{FP8ORACLE_KNOB_PADDING});
  EXPECT_EQ(numbered(0).mx_columnwise_codes, std::uint32_t{FP8ORACLE_KNOB_MX_COLUMNWISE_CODES});
}

TEST(Knobs, HaveNamesForAllTheirValuesButForTheOneNumber) {
  for (const Knob& knob : knobs()) {
    EXPECT_EQ(knob.is_number(), knob.id == FP8ORACLE_KNOB_ELEMENT_MAX_CODE) << knob.name;
    const std::set<std::string_view> names(knob.values.begin(), knob.values.end());
    EXPECT_EQ(names.size(), knob.values.size()) << knob.name;
    EXPECT_NE(knob.values.size(), 1u) << knob.name;
  }
}

// The numbers that changed with version 2: each is now the place of its name in the list.
TEST(Knobs, NameTheirValuesInTheOrderOfTheAbisNumbers) {
  const auto name = [](fp8oracle_knob id, std::uint32_t value) {
    return knobs()[id].values[value];
  };
  EXPECT_EQ(name(FP8ORACLE_KNOB_E8M0_OF_INF, FP8ORACLE_E8M0_INF_IS_254), "254");
  EXPECT_EQ(name(FP8ORACLE_KNOB_E8M0_OF_INF, FP8ORACLE_E8M0_INF_IS_255), "255");
  EXPECT_EQ(name(FP8ORACLE_KNOB_E8M0_OF_ZERO, FP8ORACLE_E8M0_ZERO_IS_0), "0");
  EXPECT_EQ(name(FP8ORACLE_KNOB_E8M0_OF_ZERO, FP8ORACLE_E8M0_ZERO_IS_127), "127");
  EXPECT_EQ(name(FP8ORACLE_KNOB_PADDING, FP8ORACLE_PADDING_UNSPECIFIED), "unspecified");
  EXPECT_EQ(name(FP8ORACLE_KNOB_PADDING, FP8ORACLE_PADDING_ZERO), "zero");
  EXPECT_EQ(name(FP8ORACLE_KNOB_ELEMENT_OVERFLOW, FP8ORACLE_OVERFLOW_INF), "inf");
  EXPECT_EQ(name(FP8ORACLE_KNOB_ELEMENT_NAN, FP8ORACLE_NAN_KEEP_SIGN), "keep sign");
  EXPECT_EQ(name(FP8ORACLE_KNOB_ELEMENT_NAN, FP8ORACLE_NAN_FNUZ), "0x80");
  EXPECT_EQ(name(FP8ORACLE_KNOB_ELEMENT_NAN, FP8ORACLE_NAN_ANY_SIGN), "any sign");
  EXPECT_EQ(name(FP8ORACLE_KNOB_E8M0_ROUND, FP8ORACLE_E8M0_EVEN), "even");
  EXPECT_EQ(name(FP8ORACLE_KNOB_SCALE_OF_BAD_AMAX, FP8ORACLE_BAD_AMAX_KEEP), "keep");
  EXPECT_EQ(name(FP8ORACLE_KNOB_SCALE_POW2, FP8ORACLE_SCALE_TRUNCATED), "truncate");
  EXPECT_EQ(name(FP8ORACLE_KNOB_SHAPES, FP8ORACLE_SHAPES_WHOLE_BLOCKS), "whole blocks");
  EXPECT_EQ(name(FP8ORACLE_KNOB_MX_COLUMNWISE_CODES, FP8ORACLE_COLUMNWISE_TRANSPOSED),
            "transposed");
}

TEST(KnobValues, OfEachKnobStandAtItsNumberAndComeBack) {
  const Knobs there = numbered(1000);
  const KnobValues values = values_of(there);
  for (std::uint32_t i = 0; i < kCount; ++i) EXPECT_EQ(values.at(i), 1000 + i);
  const Knobs back = knobs_from(abi_of({values.begin(), values.end()}));
  for (const Knob& knob : knobs()) EXPECT_EQ(back.*knob.field, there.*knob.field) << knob.name;
}

TEST(KnobValues, BeyondTheCountAreZero) {
  for (std::uint32_t count = 0; count <= kCount; ++count) {
    const KnobValues values = values_of(knobs_from(abi_of(std::vector(count, 7u))));
    for (std::uint32_t i = 0; i < kCount; ++i) EXPECT_EQ(values.at(i), i < count ? 7u : 0u) << i;
  }
  const fp8oracle_knobs none{sizeof(fp8oracle_knobs), 0, nullptr};
  EXPECT_EQ(values_of(knobs_from(none)), KnobValues{});
}

TEST(UnknownKnob, IsTheFirstOneBehindTheListThatIsNotZero) {
  std::vector<std::uint32_t> values(kCount + 4, 0);
  std::fill_n(values.begin(), kCount, 9u);  // those of the list are nobody's business here
  EXPECT_FALSE(unknown_knob(abi_of(values)));
  values[kCount + 3] = 1;
  EXPECT_EQ(unknown_knob(abi_of(values)), kCount + 3);
  values[kCount] = UINT32_MAX;
  EXPECT_EQ(unknown_knob(abi_of(values)), kCount);
  values.resize(kCount);
  EXPECT_FALSE(unknown_knob(abi_of(values)));
  values.resize(3);
  EXPECT_FALSE(unknown_knob(abi_of(values)));
}

TEST(KnobValues, BehindTheListDoNotMoveThoseOfTheList) {
  std::vector<std::uint32_t> values(kCount + 1, 0);
  values[kCount - 1] = 1;
  values[kCount] = 5;
  EXPECT_EQ(knobs_from(abi_of(values)).mx_columnwise_codes, 1u);
}

}  // namespace
}  // namespace fp8oracle
