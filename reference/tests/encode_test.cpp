// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "formats_under_test.h"
#include "reference/classify.h"
#include "reference/codec.h"
#include "table_search.h"

namespace fp8oracle::reference {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

unsigned encode_plain(const Format& format, float x) {
  return encode(format, element_rules(format, plain_knobs(format)), x);
}

// semantics of float -> FP8 in the deployed kernels, input by input
TEST(E4M3Encode, FollowsTheTableOfDeployedCasts) {
  EXPECT_EQ(encode_plain(kE4M3, kNan), 0x7Fu);
  EXPECT_EQ(encode_plain(kE4M3, -kNan), 0x7Fu);
  EXPECT_EQ(encode_plain(kE4M3, kInf), 0x7Eu);
  EXPECT_EQ(encode_plain(kE4M3, -kInf), 0xFEu);
  EXPECT_EQ(encode_plain(kE4M3, 464.0f), 0x7Eu);
  EXPECT_EQ(encode_plain(kE4M3, 480.0f), 0x7Eu);
  EXPECT_EQ(encode_plain(kE4M3, -0.0f), 0x80u);
  EXPECT_EQ(encode_plain(kE4M3, 0x1p-10f), 0x00u);
  EXPECT_EQ(encode_plain(kE4M3, std::nextafterf(0x1p-10f, 1.0f)), 0x01u);
}

TEST(E5M2Encode, FollowsTheTableOfDeployedCasts) {
  EXPECT_EQ(encode_plain(kE5M2, kNan), 0x7Fu);
  EXPECT_EQ(encode_plain(kE5M2, -kNan), 0x7Fu);
  EXPECT_EQ(encode_plain(kE5M2, kInf), 0x7Bu);
  EXPECT_EQ(encode_plain(kE5M2, -kInf), 0xFBu);
  EXPECT_EQ(encode_plain(kE5M2, 61440.0f), 0x7Bu);
  EXPECT_EQ(encode_plain(kE5M2, -0.0f), 0x80u);
  EXPECT_EQ(encode_plain(kE5M2, 0x1p-17f), 0x00u);
  EXPECT_EQ(encode_plain(kE5M2, std::nextafterf(0x1p-17f, 1.0f)), 0x01u);
}

TEST(E4M3Encode, TiesGoToTheEvenCode) {
  EXPECT_EQ(encode_plain(kE4M3, 17.0f), 0x58u);      // between 16 and 18
  EXPECT_EQ(encode_plain(kE4M3, 19.0f), 0x5Au);      // between 18 and 20
  EXPECT_EQ(encode_plain(kE4M3, 31.0f), 0x60u);      // the carry makes the next binade
  EXPECT_EQ(encode_plain(kE4M3, 0x1.8p-9f), 0x02u);  // between the first two subnormals
  EXPECT_EQ(encode_plain(kE4M3, 0x1.ep-7f),
            0x08u);  // between the last subnormal and the first normal
  EXPECT_EQ(encode_plain(kE4M3, -0x1.4p-8f), 0x82u);  // 2.5 quanta
}

TEST(E4M3Encode, OneRoundingDoesNotGoThroughAnotherFormat) {
  // Just above a midpoint: via FP16 or BF16 it becomes the midpoint, and then the even code below.
  EXPECT_EQ(encode_plain(kE4M3, 0x1.100002p+0f), 0x39u);
  EXPECT_EQ(encode_plain(kE4M3, 0x1.0ffffep+0f), 0x38u);
  EXPECT_EQ(encode_plain(kE5M2, 0x1.20001p+0f), 0x3Du);
}

TEST(Encode, InvertsDecodeForEveryFiniteCode) {
  for (const Format& format : kFormatsUnderTest) {
    for (unsigned code = 0; code < 256; ++code) {
      const double value = decode(format, static_cast<std::uint8_t>(code));
      if (!std::isfinite(value)) continue;
      EXPECT_EQ(encode_plain(format, static_cast<float>(value)), code) << format.name;
    }
  }
}

TEST(Encode, EqualsTheSearchInTheSortedTableForAimedInputs) {
  for (const Format& format : kFormatsUnderTest) {
    const TableSearch table(format);
    std::size_t ties = 0;
    for (const float magnitude : table.aimed_magnitudes()) {
      const unsigned nearest =
          std::min(table.nearest(static_cast<double>(magnitude)), format.max_code);
      EXPECT_EQ(encode_plain(format, magnitude), nearest) << format.name << " " << magnitude;
      const bool no_negative_zero = format.is_fnuz() && nearest == 0;
      EXPECT_EQ(encode_plain(format, -magnitude), no_negative_zero ? 0u : nearest | 0x80u)
          << format.name << " " << -magnitude;
      ties += classify(format, plain_knobs(format), magnitude).tie;
    }
    EXPECT_GE(ties, format.max_code);  // every midpoint was among them
  }
}

TEST(EncodeAll, EncodesEachElementOnItsOwn) {
  const std::vector<float> scaled = TableSearch(kE5M2).aimed_magnitudes();
  std::vector<std::uint8_t> codes(scaled.size(), 0xA5);
  const ElementRules rules = element_rules(kE5M2, plain_knobs(kE5M2));
  encode_all(kE5M2, rules, scaled, codes);
  for (std::size_t i = 0; i < scaled.size(); ++i)
    EXPECT_EQ(codes[i], encode(kE5M2, rules, scaled[i]));
}

}  // namespace
}  // namespace fp8oracle::reference
