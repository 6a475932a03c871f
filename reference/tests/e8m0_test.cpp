// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "formats_under_test.h"
#include "fp8oracle/knobs.h"
#include "reference/e8m0.h"

namespace fp8oracle::reference {
namespace {

float float_of(std::uint32_t bits) { return std::bit_cast<float>(bits); }
std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }

unsigned code_of(const Format& format, fp8oracle_e8m0_round round, float amax) {
  Knobs knobs = plain_knobs(format);
  knobs.e8m0_round = round;
  knobs.e8m0_of_inf = FP8ORACLE_E8M0_INF_IS_255;
  return e8m0_of_amax(e8m0_rules(format, knobs), amax);
}

/// Every exponent with the significands where a rule can change its mind, subnormals included.
std::vector<float> aimed_amaxes() {
  std::vector<float> aimed;
  for (std::uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (const std::uint32_t around :
         {0x000000u, 0x400000u, 0x600000u, 0x700000u, 0x780000u, 0x7FFFFEu}) {
      for (int step = -2; step <= 2; ++step) {
        const std::uint32_t bits = (exponent << 23 | around) + static_cast<std::uint32_t>(step);
        if (bits > 0 && bits < 0x7F800000u) aimed.push_back(float_of(bits));
      }
    }
  }
  for (std::uint32_t i = 0; i < 500000; ++i) aimed.push_back(float_of(1 + i * 4273u % 0x7F7FFFFFu));
  return aimed;
}

TEST(E8M0Value, HasThe256RowsOfTheTable) {
  for (unsigned code = 0; code < 255; ++code) {
    const auto byte = static_cast<std::uint8_t>(code);
    EXPECT_EQ(static_cast<double>(e8m0_value(byte)), std::ldexp(1.0, static_cast<int>(code) - 127))
        << code;
    EXPECT_EQ(static_cast<double>(e8m0_reciprocal(byte)),
              std::ldexp(1.0, 127 - static_cast<int>(code)))
        << code;
    EXPECT_EQ(e8m0_value(byte) * e8m0_reciprocal(byte), 1.0f) << code;
  }
  EXPECT_TRUE(std::isnan(e8m0_value(255)));
  EXPECT_TRUE(std::isnan(e8m0_reciprocal(255)));
}

TEST(E8M0Value, HasSubnormalEnds) {
  EXPECT_EQ(bits_of(e8m0_value(0)), 0x00400000u);
  EXPECT_EQ(bits_of(e8m0_reciprocal(254)), 0x00400000u);
  EXPECT_EQ(bits_of(e8m0_reciprocal(0)), 0x7F000000u);
}

TEST(E8M0Up, GivesBackEveryReachableRowAndTheNextOneJustAboveIt) {
  for (const Format& format : {kE4M3, kE5M2}) {
    const float max = format.max_code == kE4M3.max_code ? 448.0f : 57344.0f;
    const unsigned last = format.max_code == kE4M3.max_code ? 246 : 239;
    for (unsigned code = 0; code <= last; ++code) {
      const float amax = max * e8m0_value(static_cast<std::uint8_t>(code));
      EXPECT_EQ(code_of(format, FP8ORACLE_E8M0_UP, amax), code) << format.name;
      EXPECT_EQ(code_of(format, FP8ORACLE_E8M0_UP, std::nextafterf(amax, 0.0f)), code)
          << format.name;
      if (code == 0) continue;  // the exception, below
      EXPECT_EQ(code_of(format, FP8ORACLE_E8M0_UP, std::nextafterf(amax, INFINITY)), code + 1)
          << format.name;
    }
    EXPECT_EQ(code_of(format, FP8ORACLE_E8M0_UP, 3.4028235e38f), last + 1);
  }
}

// The exact quotient is above 2^-127, the FP32 product rounds down to it: one amax a format [K16].
TEST(E8M0Up, DiffersFromTheExactQuotientForOneAmaxAFormat) {
  EXPECT_EQ(code_of(kE4M3, FP8ORACLE_E8M0_UP, float_of(0x04600001)), 0u);
  EXPECT_EQ(code_of(kE4M3, FP8ORACLE_E8M0_UP, float_of(0x04600002)), 1u);
  EXPECT_EQ(code_of(kE5M2, FP8ORACLE_E8M0_UP, float_of(0x07E00001)), 0u);
  EXPECT_EQ(code_of(kE5M2, FP8ORACLE_E8M0_UP, float_of(0x07E00002)), 1u);
}

TEST(E8M0Up, EqualsTheExactQuotientForAllOtherAimedAmaxes) {
  for (const Format& format : {kE4M3, kE5M2}) {
    const double max = format.max_code == kE4M3.max_code ? 448 : 57344;
    for (const float amax : aimed_amaxes()) {
      if (bits_of(amax) == 0x04600001 || bits_of(amax) == 0x07E00001) continue;
      int code = 0;  // the smallest with max * 2^(code - 127) >= amax, exactly
      std::frexp(static_cast<double>(amax) / max, &code);
      code = std::clamp(code + 126, 0, 254);
      while (code > 0 && std::ldexp(max, code - 128) >= static_cast<double>(amax)) --code;
      while (std::ldexp(max, code - 127) < static_cast<double>(amax)) ++code;
      ASSERT_EQ(code_of(format, FP8ORACLE_E8M0_UP, amax), static_cast<unsigned>(code))
          << std::hexfloat << amax;
    }
  }
}

// The rules as deployed code has them, in bits: E = m >> 23, b mantissa bits of the element format.
TEST(E8M0FloorCeilEven, EqualTheirBitForms) {
  for (const Format& format : {kE4M3, kE5M2}) {
    const int emax = format.max_code == kE4M3.max_code ? 8 : 15;
    const unsigned b = format.mantissa_bits;
    for (const float amax : aimed_amaxes()) {
      const std::uint32_t m = bits_of(amax);
      const int exponent = static_cast<int>(m >> 23);
      const int ceil = exponent + ((m & 0x7FFFFF) != 0);
      const int even = static_cast<int>((m + (1u << (22 - b))) >> 23);
      ASSERT_EQ(code_of(format, FP8ORACLE_E8M0_FLOOR, amax),
                static_cast<unsigned>(std::max(exponent - emax, 0)))
          << m;
      ASSERT_EQ(code_of(format, FP8ORACLE_E8M0_CEIL, amax),
                static_cast<unsigned>(std::max(ceil - emax, 0)))
          << m;
      ASSERT_EQ(code_of(format, FP8ORACLE_E8M0_EVEN, amax),
                even == 255 ? 255u : static_cast<unsigned>(std::max(even - emax, 0)))
          << m;
    }
  }
}

TEST(E8M0OfAmax, TakesZeroInfAndNanByTheKnobs) {
  for (const auto round :
       {FP8ORACLE_E8M0_UP, FP8ORACLE_E8M0_FLOOR, FP8ORACLE_E8M0_CEIL, FP8ORACLE_E8M0_EVEN}) {
    for (const auto of_inf : {FP8ORACLE_E8M0_INF_IS_254, FP8ORACLE_E8M0_INF_IS_255}) {
      for (const auto of_zero : {FP8ORACLE_E8M0_ZERO_IS_0, FP8ORACLE_E8M0_ZERO_IS_127}) {
        Knobs knobs = plain_knobs(kE4M3);
        knobs.e8m0_round = round;
        knobs.e8m0_of_inf = of_inf;
        knobs.e8m0_of_zero = of_zero;
        const E8m0Rules rules = e8m0_rules(kE4M3, knobs);
        EXPECT_EQ(e8m0_of_amax(rules, INFINITY), of_inf == FP8ORACLE_E8M0_INF_IS_254 ? 254 : 255);
        EXPECT_EQ(e8m0_of_amax(rules, 0.0f), of_zero == FP8ORACLE_E8M0_ZERO_IS_0 ? 0 : 127);
        EXPECT_EQ(e8m0_of_amax(rules, NAN), 255);
        EXPECT_EQ(e8m0_of_amax(rules, 0x1p-149f), 0);  // p is 0, amax is not
      }
    }
  }
}

}  // namespace
}  // namespace fp8oracle::reference
