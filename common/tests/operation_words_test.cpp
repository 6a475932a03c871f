// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "fp8oracle/operations/words.h"

namespace fp8oracle {
namespace {

// Every value of the enumeration up to `last` has a word, and no two have the same.
template <typename Enum>
void expect_distinct_words(Enum last) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const std::string_view word = to_string(static_cast<Enum>(i));
    EXPECT_FALSE(word.empty()) << i;
    EXPECT_TRUE(words.insert(word).second) << word;
  }
}

TEST(OperationWords, AreThereAndDistinct) {
  expect_distinct_words(FieldRole::kFloor);
  expect_distinct_words(Presence::kOfGivenScale);
  expect_distinct_words(SchemeRule::kPermutedScales);
}

TEST(OperationWords, AreThoseOfTheList) {
  EXPECT_EQ(to_string(FieldRole::kCellInOut), "cell in-out");
  EXPECT_EQ(to_string(FieldRole::kScalesIn), "scale_inv in");
  EXPECT_EQ(to_string(Presence::kOfGivenScale), "of a given scale");
  EXPECT_EQ(to_string(SchemeRule::kAnyScheme), "any");
}

}  // namespace
}  // namespace fp8oracle
