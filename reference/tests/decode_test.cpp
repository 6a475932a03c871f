// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "formats_under_test.h"
#include "fp8oracle/knobs.h"
#include "reference/codec.h"

namespace fp8oracle::reference {
namespace {

// The distance between neighbours for each exponent field, written out.
constexpr std::array<double, 16> kE4M3Quanta{0x1p-9, 0x1p-9, 0x1p-8, 0x1p-7, 0x1p-6, 0x1p-5,
                                             0x1p-4, 0x1p-3, 0x1p-2, 0x1p-1, 1,      2,
                                             4,      8,      16,     32};
constexpr std::array<double, 32> kE5M2Quanta{
    0x1p-16, 0x1p-16, 0x1p-15, 0x1p-14, 0x1p-13, 0x1p-12, 0x1p-11, 0x1p-10, 0x1p-9, 0x1p-8, 0x1p-7,
    0x1p-6,  0x1p-5,  0x1p-4,  0x1p-3,  0x1p-2,  0x1p-1,  1,       2,       4,      8,      16,
    32,      64,      128,     256,     512,     1024,    2048,    4096,    8192,   16384};

/// The value of a finite code out of such a list: 0...7 (0...3) quanta, then 8...15 (4...7).
template <std::size_t N>
double listed(const std::array<double, N>& quanta, unsigned code, bool negative) {
  const unsigned per_binade = 128 / static_cast<unsigned>(N);
  const unsigned row = code / per_binade;
  const unsigned significand = code % per_binade + (row == 0 ? 0 : per_binade);
  return significand * quanta[row] * (negative ? -1.0 : 1.0);
}

template <std::size_t N>
void expect_listed(const Format& format, const std::array<double, N>& quanta, unsigned max_code,
                   double factor) {
  for (unsigned code = 0; code < 256; ++code) {
    const double value = decode(format, static_cast<std::uint8_t>(code));
    const unsigned magnitude = code & 0x7F;
    if (magnitude > max_code) continue;
    if (format.is_fnuz() && code == 0x80) continue;
    const double expected = listed(quanta, magnitude, code >= 0x80) * factor;
    EXPECT_EQ(value, expected) << format.name << " code " << code;
    EXPECT_EQ(std::signbit(value), code >= 0x80) << format.name << " code " << code;
  }
}

TEST(Decode, GivesEveryFiniteE4M3CodeItsListedValue) { expect_listed(kE4M3, kE4M3Quanta, 0x7E, 1); }
TEST(Decode, GivesEveryFiniteE5M2CodeItsListedValue) { expect_listed(kE5M2, kE5M2Quanta, 0x7B, 1); }

// The bias is one more, so a code is worth half, and the top of the range is finite.
TEST(Decode, GivesEveryFnuzCodeHalfTheOcpValue) {
  expect_listed(kE4M3Fnuz, kE4M3Quanta, 0x7F, 0.5);
  expect_listed(kE5M2Fnuz, kE5M2Quanta, 0x7F, 0.5);
}

TEST(Decode, AgreesWithTheExtremesOfOfp8Table1) {
  EXPECT_EQ(decode(kE4M3, 0x7E), 448);
  EXPECT_EQ(decode(kE4M3, 0x08), 0x1p-6);
  EXPECT_EQ(decode(kE4M3, 0x07), 0.875 * 0x1p-6);
  EXPECT_EQ(decode(kE4M3, 0x01), 0x1p-9);
  EXPECT_EQ(decode(kE5M2, 0x7B), 57344);
  EXPECT_EQ(decode(kE5M2, 0x04), 0x1p-14);
  EXPECT_EQ(decode(kE5M2, 0x03), 0.75 * 0x1p-14);
  EXPECT_EQ(decode(kE5M2, 0x01), 0x1p-16);
  EXPECT_EQ(decode(kE4M3Fnuz, 0x7F), 240);
  EXPECT_EQ(decode(kE5M2Fnuz, 0x7F), 57344);
}

TEST(Decode, KnowsWhichCodesAreNanAndInf) {
  for (unsigned code = 0; code < 256; ++code) {
    const auto byte = static_cast<std::uint8_t>(code);
    const unsigned magnitude = code & 0x7F;
    EXPECT_EQ(std::isnan(decode(kE4M3, byte)), magnitude == 0x7F) << code;
    EXPECT_EQ(std::isnan(decode(kE5M2, byte)), magnitude > 0x7C) << code;
    EXPECT_EQ(std::isinf(decode(kE5M2, byte)), magnitude == 0x7C) << code;
    EXPECT_EQ(std::isnan(decode(kE4M3Fnuz, byte)), code == 0x80) << code;
    EXPECT_EQ(std::isnan(decode(kE5M2Fnuz, byte)), code == 0x80) << code;
    EXPECT_FALSE(std::isinf(decode(kE4M3, byte)) || std::isinf(decode(kE4M3Fnuz, byte))) << code;
  }
  EXPECT_EQ(decode(kE5M2, 0xFC), -INFINITY);
}

TEST(Decode, ServesMadeUpFormatsFromTheirParameters) {
  EXPECT_EQ(decode(kE3M4, 0x01), 0x1p-6);  // 2^(1 - 3) / 16
  EXPECT_EQ(decode(kE3M4, 0x7E), 16 * (1 + 14. / 16));
  EXPECT_EQ(decode(kE2M5, 0x5F), 2 * (1 + 31. / 32));
  EXPECT_EQ(decode(kE2M5, 0xE0), -INFINITY);
  EXPECT_TRUE(std::isnan(decode(kE2M5, 0x61)));
  EXPECT_EQ(decode(kE6M1, 0x7B), 0x1p30 * 1.5);
  EXPECT_EQ(decode(kE1M6, 0x40), 8);  // 2^(1 + 2), the one binade
}

TEST(ElementMax, IsTheValueOfTheLargestCodeWritten) {
  Knobs knobs = plain_knobs(kE4M3);
  EXPECT_EQ(element_max(kE4M3, knobs), 448);
  knobs.element_max_code = 0x77;
  EXPECT_EQ(element_max(kE4M3, knobs), 240);
}

}  // namespace
}  // namespace fp8oracle::reference
