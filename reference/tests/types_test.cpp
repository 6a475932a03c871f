// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "reference/narrow.h"
#include "reference/widen.h"

namespace fp8oracle::reference {
namespace {

struct Type16 {
  const char* name;
  float (*widen)(std::uint16_t);
  std::uint16_t (*narrow)(float);
  int mantissa_bits;
  int bias;
  unsigned inf;
};
constexpr Type16 kTypes[]{{"BF16", widen_bf16, narrow_to_bf16, 7, 127, 0x7F80},
                          {"F16", widen_f16, narrow_to_f16, 10, 15, 0x7C00}};

TEST(Widen, GivesAll65536PatternsTheValueOfTheirDefinition) {
  for (const Type16& type : kTypes) {
    for (unsigned bits = 0; bits < 65536; ++bits) {
      const float value = type.widen(static_cast<std::uint16_t>(bits));
      const unsigned magnitude = bits & 0x7FFF;
      EXPECT_EQ(std::signbit(value), bits >= 0x8000) << type.name << " " << bits;  // NaN's too
      if (magnitude > type.inf) {
        EXPECT_TRUE(std::isnan(value)) << type.name << " " << bits;
        continue;
      }
      const int e = static_cast<int>(magnitude >> type.mantissa_bits);
      const double fraction =
          std::ldexp(magnitude & ((1u << type.mantissa_bits) - 1), -type.mantissa_bits);
      double expected =
          e == 0 ? std::ldexp(fraction, 1 - type.bias) : std::ldexp(1 + fraction, e - type.bias);
      if (magnitude == type.inf) expected = INFINITY;
      EXPECT_EQ(static_cast<double>(value), bits >= 0x8000 ? -expected : expected)
          << type.name << " " << bits;
    }
  }
}

TEST(Narrow, RoundsToTheNearestAndTiesToTheEvenPattern) {
  for (const Type16& type : kTypes) {
    for (unsigned bits = 0; bits < type.inf; ++bits) {
      const auto low = static_cast<double>(type.widen(static_cast<std::uint16_t>(bits)));
      // Behind the largest value the type goes on as if it had no end: that midpoint decides on
      // Inf.
      const double high =
          bits + 1 == type.inf
              ? std::ldexp(1.0, type.bias + 1)
              : static_cast<double>(type.widen(static_cast<std::uint16_t>(bits + 1)));
      const auto middle = static_cast<float>((low + high) / 2);
      const unsigned even = bits % 2 == 0 ? bits : bits + 1;
      EXPECT_EQ(type.narrow(static_cast<float>(low)), bits) << type.name;
      ASSERT_EQ(static_cast<double>(middle), (low + high) / 2);
      EXPECT_EQ(type.narrow(middle), even) << type.name << " " << bits;
      EXPECT_EQ(type.narrow(std::nextafterf(middle, 0.0f)), bits) << type.name << " " << bits;
      EXPECT_EQ(type.narrow(std::nextafterf(middle, INFINITY)), bits + 1)
          << type.name << " " << bits;
      EXPECT_EQ(type.narrow(-middle), even | 0x8000u) << type.name << " " << bits;
    }
  }
}

TEST(Narrow, KeepsInfAndNanAndTheSignOfZero) {
  for (const Type16& type : kTypes) {
    EXPECT_EQ(type.narrow(INFINITY), type.inf);
    EXPECT_EQ(type.narrow(-INFINITY), type.inf | 0x8000u);
    EXPECT_EQ(type.narrow(-0.0f), 0x8000u);
    EXPECT_TRUE(std::isnan(type.widen(type.narrow(NAN))));
    EXPECT_TRUE(std::isnan(type.widen(type.narrow(std::bit_cast<float>(0x7F800001u)))));
    EXPECT_EQ(type.narrow(3.4028235e38f), type.inf);
  }
}

TEST(WidenAndNarrow, TakeUnalignedElements) {
  const unsigned char bytes[]{0xEE, 0x80, 0x3F, 0x00, 0xC0, 0xEE};  // BF16 1 and -2, one byte off
  float widened[2]{};
  widen_all(FP8ORACLE_BF16, bytes + 1, 2, widened);
  EXPECT_EQ(widened[0], 1.0f);
  EXPECT_EQ(widened[1], -2.0f);
  unsigned char back[6]{0xEE, 0, 0, 0, 0, 0xEE};
  narrow_all(FP8ORACLE_BF16, widened, 2, back + 1);
  EXPECT_TRUE(std::equal(back, back + 6, bytes));
}

TEST(LargestFinite, IsThatOfTheType) {
  EXPECT_EQ(std::bit_cast<std::uint32_t>(largest_finite(FP8ORACLE_F32)), 0x7F7FFFFFu);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(largest_finite(FP8ORACLE_BF16)), 0x7F7F0000u);
  EXPECT_EQ(largest_finite(FP8ORACLE_F16), 65504.0f);
}

}  // namespace
}  // namespace fp8oracle::reference
