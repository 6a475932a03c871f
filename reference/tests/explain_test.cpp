// SPDX-License-Identifier: Apache-2.0
#include "reference/explain.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "formats_under_test.h"
#include "fp8oracle/knobs.h"
#include "reference/codec.h"
#include "reference/describe.h"
#include "table_search.h"

namespace fp8oracle::reference {
namespace {

using Lines = std::vector<std::string>;

/// The text behind "label ... = ", or nothing.
std::string field(const Lines& lines, const std::string& label) {
  for (const std::string& text : lines) {
    if (text.rfind(label + " ", 0) == 0) return text.substr(text.find("= ") + 2);
  }
  return "";
}

TEST(DeriveCode, ShowsEveryStepOfOneNumber) {
  const Lines expected{
      "x           = 0.100000001 = 0x1.99999ap-4 (bits 0x3dcccccd)",
      "scale       = 3 = 0x1.8p+1 (bits 0x40400000)",
      "scale_inv   = RN(1 / scale) = 0.333333343 = 0x1.555556p-2 (bits 0x3eaaaaab)",
      "product     = RN(x * scale) = 0.300000012 = 0x1.333334p-2 (bits 0x3e99999a), rounded up "
      "from "
      "0x1.3333338p-2",
      "exponent    = max(floor(log2 |product|), emin) = max(-2, -6) = -2",
      "quantum     = 2^(exponent - mantissa bits) = 2^(-2 - 3) = 2^-5 = 0.03125",
      "quanta      = |product| / quantum = 9.60000038",
      "between     = 0x29 (0.28125) and 0x2a (0.3125)",
      "rounded     = 10, the nearer of 9 and 10",
      "magnitude   = rounded + (exponent - emin) * 2^3 = 10 + 32 = 42 = 0x2a",
      "code        = 0x2a = 0.0101.010 (sign.exponent.mantissa)",
      "value       = 0.3125",
      "dequantized = RN(value * scale_inv) = 0.104166672 = 0x1.aaaaacp-4 (bits 0x3dd55556)"};
  EXPECT_EQ(derive_code(kE4M3, plain_knobs(kE4M3), 0.1f, 3.0f), expected);
}

TEST(DeriveCode, EndsInTheCodeOfTheReference) {
  for (const Format& format : kFormatsUnderTest) {
    const Knobs knobs = plain_knobs(format);
    for (const float x : TableSearch(format).aimed_magnitudes()) {
      const std::uint8_t code = encode(format, element_rules(format, knobs), -x);
      const Lines lines = derive_code(format, knobs, -x, 1.0f);
      ASSERT_EQ(field(lines, "code").substr(0, 4), hex_code(code));
      // The steps lead there: the magnitude they arrive at is the code unless a rule is named.
      const std::string magnitude = field(lines, "magnitude");
      if (field(lines, "overflow").empty()) {
        ASSERT_EQ(magnitude.substr(magnitude.size() - 4), hex_code(code & 0x7Fu));
      }
    }
  }
}

TEST(DeriveCode, NamesTheRuleOfEverySpecialCase) {
  const Knobs knobs = plain_knobs(kE4M3);
  EXPECT_EQ(field(derive_code(kE4M3, knobs, 17.0f, 1.0f), "rounded"),
            "8, the even one: exactly halfway between 8 and 9");
  EXPECT_EQ(field(derive_code(kE4M3, knobs, 18.0f, 1.0f), "rounded"), "9, exact");
  EXPECT_EQ(field(derive_code(kE4M3, knobs, 470.0f, 1.0f), "overflow"),
            "0x7f > 0x7e (448, the largest): element.overflow = saturate");
  EXPECT_EQ(field(derive_code(kE4M3, knobs, 0.0f, INFINITY), "special"),
            "NaN: element.nan_code = 0x7F");
  EXPECT_EQ(field(derive_code(kE4M3, knobs, INFINITY, 1.0f), "special"),
            "infinite: element.inf = as overflow, element.overflow = saturate");
  EXPECT_EQ(field(derive_code(kE4M3, knobs, -1e-9f, 1.0f), "zero"),
            "negative: element.negative_zero = keep");
  Knobs flush = knobs;
  flush.element_subnormals = FP8ORACLE_DROP;
  EXPECT_EQ(field(derive_code(kE4M3, flush, 0x1p-8f, 1.0f), "flushed"),
            "exponent field 0 and element.subnormals = flush");
  Knobs divide = knobs;
  divide.product = FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
  EXPECT_EQ(field(derive_code(kE4M3, divide, 1.0f, 2.0f), "product").substr(0, 17),
            "RN(x / scale_inv)");
}

TEST(DeriveMxCode, MultipliesByTheReciprocalOfTheStoredScale) {
  const Lines lines = derive_mx_code(kE4M3, plain_knobs(kE4M3), 0.1f, 116);
  EXPECT_EQ(field(lines, "scale_inv"), "code 116 = 2^-11 = 0.00048828125");
  EXPECT_EQ(field(lines, "factor"), "1 / scale_inv = 2^11 = 2048, exact");
  EXPECT_EQ(field(lines, "code").substr(0, 4), "0x75");  // 204.8 -> 208
  EXPECT_EQ(field(derive_mx_code(kE4M3, plain_knobs(kE4M3), 0.1f, 255), "code").substr(0, 4),
            "0x7f");
}

TEST(DeriveBlockScale, ShowsEveryStepOfABlock) {
  const float block[]{1, -3.5f, NAN, 2};
  const Lines expected{
      "amax        = max|x| of 4 elements = 3.5 = 0x1.cp+1 (bits 0x40600000), first at element 1",
      "NaN         = 1 of the elements: amax.nan = drop",
      "1/max       = RN(1 / 448) = 0.00223214296 = 0x1.24924ap-9 (bits 0x3b124925)",
      "p           = RN(amax * RN(1/max)) = 0.0078125 = 0x1p-7 (bits 0x3c000000)",
      "rule        = e8m0.round = up: the smallest power of two >= p, 2^-7",
      "code        = -7 + 127 = 120 = 0x78",
      "scale_inv   = 2^-7 = 0.0078125, stored; multiplies codes back",
      "factor      = 2^7 = 128, its exact reciprocal; multiplies the data"};
  EXPECT_EQ(derive_block_scale(kE4M3, plain_knobs(kE4M3), block), expected);
}

TEST(DeriveBlockScale, NamesTheRuleOfEverySpecialCase) {
  Knobs knobs = plain_knobs(kE4M3);
  const auto derive = [&knobs](float x) {
    return derive_block_scale(kE4M3, knobs, std::span(&x, 1));
  };
  EXPECT_EQ(field(derive(0.0f), "special"), "amax is zero: e8m0.of_zero = 0");
  EXPECT_EQ(field(derive(INFINITY), "special"), "amax is infinite: e8m0.of_inf = 254");
  EXPECT_NE(field(derive(std::bit_cast<float>(0x04600001u)), "note"), "");  // the exceptional amax
  EXPECT_EQ(field(derive(std::bit_cast<float>(0x04600002u)), "note"), "");
  knobs.e8m0_round = FP8ORACLE_E8M0_EVEN;
  EXPECT_EQ(field(derive(7.5f), "rule"),
            "e8m0.round = even: 2^(floor(log2(amax rounded to 3 mantissa bits)) - emax) = 2^(2 - "
            "8) = 2^-6");
  knobs.block_special = FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  EXPECT_EQ(field(derive(3.4e38f), "special"),
            "amax rounds to 2^128, as infinite: block.special = whole block NaN");
  EXPECT_EQ(field(derive(-INFINITY), "code").substr(0, 10), "255 = 0xff");
}

TEST(DeriveScale, ShowsFloorQuotientAndClamp) {
  const Knobs knobs = plain_knobs(kE4M3);
  ScaleOptions options;
  options.pow2 = true;
  const Lines lines = derive_scale_from_amax(kE4M3, knobs, 1e-37f, options);
  EXPECT_EQ(field(lines, "overflow"), "scale.overflow = FLT_MAX");
  EXPECT_EQ(field(lines, "scale"), "1.70141183e+38 = 0x1p+127 (bits 0x7f000000)");
  EXPECT_EQ(field(derive_scale_from_amax(kE4M3, knobs, NAN, {}), "bad amax"),
            "0, Inf or NaN: scale.of_bad_amax = 1");
  EXPECT_EQ(field(derive_scale_inv(knobs, 3.0f), "scale_inv"),
            "0.333333343 = 0x1.555556p-2 (bits 0x3eaaaaab)");
  EXPECT_EQ(field(derive_value(kE4M3, 0x2A, 1.0f / 3.0f, FP8ORACLE_BF16), "output"),
            "rounded to BF16 = 0.104003906 = 0x1.aap-4 (bits 0x3dd50000)");
}

}  // namespace
}  // namespace fp8oracle::reference
