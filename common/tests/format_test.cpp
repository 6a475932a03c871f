// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/format.h"

#include <gtest/gtest.h>

#include <map>

namespace fp8oracle {
namespace {

std::map<CodeClass, int> census(const Format& format) {
  std::map<CodeClass, int> counts;
  for (int code = 0; code < 256; ++code)
    ++counts[code_class(format, static_cast<std::uint8_t>(code))];
  return counts;
}

// OCP 8-bit Floating Point Specification rev 1.0, tables 1 and 2.
TEST(Format, E4M3HasTheCodesOfTheStandard) {
  const std::map<CodeClass, int> expected{{CodeClass::kZero, 2},
                                          {CodeClass::kSubnormal, 14},
                                          {CodeClass::kNormal, 236},
                                          {CodeClass::kMax, 2},
                                          {CodeClass::kNan, 2}};
  EXPECT_EQ(census(kE4M3), expected);
  EXPECT_EQ(code_class(kE4M3, 0x7E), CodeClass::kMax);
  EXPECT_EQ(code_class(kE4M3, 0xFF), CodeClass::kNan);
}

TEST(Format, E5M2HasTheCodesOfTheStandard) {
  const std::map<CodeClass, int> expected{{CodeClass::kZero, 2},     {CodeClass::kSubnormal, 6},
                                          {CodeClass::kNormal, 238}, {CodeClass::kMax, 2},
                                          {CodeClass::kInf, 2},      {CodeClass::kNan, 6}};
  EXPECT_EQ(census(kE5M2), expected);
  EXPECT_EQ(code_class(kE5M2, 0xFC), CodeClass::kInf);
  EXPECT_EQ(code_class(kE5M2, 0x7D), CodeClass::kNan);
}

TEST(Format, FnuzHasOneNanAndNoNegativeZero) {
  for (const Format& format : {kE4M3Fnuz, kE5M2Fnuz}) {
    const auto counts = census(format);
    EXPECT_EQ(counts.at(CodeClass::kNan), 1) << format.name;
    EXPECT_EQ(counts.at(CodeClass::kZero), 1) << format.name;
    EXPECT_EQ(counts.count(CodeClass::kInf), 0u) << format.name;
    EXPECT_EQ(code_class(format, 0x80), CodeClass::kNan) << format.name;
    EXPECT_TRUE(format.is_fnuz());
  }
}

TEST(Format, ExponentRangeFollowsFromTheNumbers) {
  EXPECT_EQ(kE4M3.emin(), -6);
  EXPECT_EQ(kE4M3.emax(), 8);
  EXPECT_EQ(kE5M2.emin(), -14);
  EXPECT_EQ(kE5M2.emax(), 15);
  EXPECT_EQ(kE4M3Fnuz.emax(), 7);
  EXPECT_EQ(kE5M2Fnuz.emax(), 15);
}

TEST(Format, AMadeUpFormatNeedsNoNewCode) {
  const Format e3m4{"e3m4", 3, 4, 3, 0x7D, 0x7E, 0x7F};
  EXPECT_EQ(code_class(e3m4, 0x0F), CodeClass::kSubnormal);
  EXPECT_EQ(code_class(e3m4, 0x10), CodeClass::kNormal);
  EXPECT_EQ(code_class(e3m4, 0xFD), CodeClass::kMax);
  EXPECT_EQ(code_class(e3m4, 0x7E), CodeClass::kInf);
  EXPECT_EQ(code_class(e3m4, 0x7F), CodeClass::kNan);
  EXPECT_EQ(format_from_abi(e3m4.abi()).name, "custom");
  EXPECT_TRUE(format_from_abi(e3m4.abi()).same_bits(e3m4.abi()));
}

TEST(Format, SaysHowLargeItIsAndHowManyBitsACodeHas) {
  for (const Format& format : {kE4M3, kE5M2, kE4M3Fnuz, kE5M2Fnuz}) {
    EXPECT_EQ(format.abi().struct_size, sizeof(fp8oracle_format)) << format.name;
    EXPECT_EQ(format.abi().bits, 8u) << format.name;
  }
}

TEST(Format, IsFoundAgainByItsNumbers) {
  for (const Format& format : {kE4M3, kE5M2, kE4M3Fnuz, kE5M2Fnuz}) {
    EXPECT_EQ(format_from_abi(format.abi()).name, format.name);
    Format other = format;
    other.bias += 1;
    EXPECT_FALSE(format.same_bits(other.abi())) << format.name;
  }
}

}  // namespace
}  // namespace fp8oracle
