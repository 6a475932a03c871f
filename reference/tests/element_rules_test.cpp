// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "formats_under_test.h"
#include "fp8oracle/knobs.h"
#include "reference/classify.h"
#include "reference/codec.h"
#include "table_search.h"

namespace fp8oracle::reference {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// All settings of the element knobs for one format, with two largest codes.
std::vector<Knobs> all_element_knobs(const Format& format) {
  std::vector<Knobs> all;
  for (unsigned setting = 0; setting < 3u * 2 * 4 * 2 * 2 * 2; ++setting) {
    Knobs knobs = plain_knobs(format);
    unsigned rest = setting;
    const auto next = [&rest](unsigned values) {
      const unsigned value = rest % values;
      rest /= values;
      return value;
    };
    knobs.element_overflow = next(3);
    knobs.element_inf = next(2);
    knobs.element_nan = next(4);
    knobs.element_negative_zero = next(2);
    knobs.element_subnormals = next(2);
    knobs.element_max_code = next(2) == 0 ? format.max_code : format.max_code - 5;
    all.push_back(knobs);
  }
  return all;
}

/// K11 told once more, from the table of values and sentence by sentence.
unsigned expected_code(const Format& format, const TableSearch& table, const Knobs& knobs,
                       float x) {
  const unsigned sign = std::signbit(x) ? 0x80u : 0u;
  unsigned nan = format.nan_code;
  if (knobs.element_nan == FP8ORACLE_NAN_FNUZ) nan = 0x80;
  if (knobs.element_nan == FP8ORACLE_NAN_KEEP_SIGN) nan |= sign;
  if (knobs.element_nan == FP8ORACLE_NAN_ANY_SIGN) nan |= sign;  // the one that is kept
  if (std::isnan(x)) return nan;

  if (std::isinf(x) && knobs.element_inf == FP8ORACLE_INF_SATURATE)
    return sign | knobs.element_max_code;
  const unsigned code =
      std::isinf(x) ? TableSearch::kPastTheEnd : table.nearest(std::fabs(static_cast<double>(x)));
  if (code > knobs.element_max_code) {
    if (knobs.element_overflow == FP8ORACLE_OVERFLOW_SATURATE) return sign | knobs.element_max_code;
    const bool to_inf = knobs.element_overflow == FP8ORACLE_OVERFLOW_INF && format.inf_code != 0;
    return to_inf ? sign | format.inf_code : nan;
  }
  const bool subnormal = code != 0 && code < (1u << format.mantissa_bits);
  const bool zero = code == 0 || (subnormal && knobs.element_subnormals == FP8ORACLE_DROP);
  const bool unsigned_zero =
      knobs.element_negative_zero == FP8ORACLE_DROP || format.nan_code == 0x80;
  if (zero) return unsigned_zero ? 0u : sign;
  return sign | code;
}

TEST(ElementRules, EverySettingOfTheKnobsDoesWhatItSays) {
  for (const Format& format : kFormatsUnderTest) {
    const TableSearch table(format);
    std::vector<float> aimed = table.aimed_magnitudes();
    aimed.insert(aimed.end(), {kInf, kNan});
    for (const Knobs& knobs : all_element_knobs(format)) {
      const ElementRules rules = element_rules(format, knobs);
      for (const float magnitude : aimed) {
        for (const float x : {magnitude, -magnitude}) {
          ASSERT_EQ(encode(format, rules, x), expected_code(format, table, knobs, x))
              << format.name << " " << x << " overflow " << knobs.element_overflow << " inf "
              << knobs.element_inf << " nan " << knobs.element_nan << " zero "
              << knobs.element_negative_zero << " subnormals " << knobs.element_subnormals
              << " max " << knobs.element_max_code;
        }
      }
    }
  }
}

TEST(ElementRules, OverflowBeginsWhereTheRoundedCodeExceedsTheLargest) {
  Knobs knobs = plain_knobs(kE4M3);
  knobs.element_overflow = FP8ORACLE_OVERFLOW_NAN;
  const ElementRules rules = element_rules(kE4M3, knobs);
  EXPECT_EQ(encode(kE4M3, rules, 464.0f), 0x7E);  // the tie goes to the even code 448
  EXPECT_EQ(encode(kE4M3, rules, std::nextafterf(464.0f, 500.0f)), 0x7F);

  knobs.element_max_code = 0x77;  // 240, whose neighbour 256 is even and takes the tie
  EXPECT_EQ(encode(kE4M3, element_rules(kE4M3, knobs), 248.0f), 0x7F);
  EXPECT_EQ(encode(kE4M3, element_rules(kE4M3, knobs), std::nextafterf(248.0f, 0.0f)), 0x77);
}

TEST(Classify, NamesWhatIsSpecialAboutANumber) {
  const Knobs knobs = plain_knobs(kE4M3);
  EXPECT_TRUE(classify(kE4M3, knobs, 17.0f).tie);
  EXPECT_TRUE(classify(kE4M3, knobs, -19.0f).tie);
  EXPECT_FALSE(classify(kE4M3, knobs, 17.001f).tie);
  EXPECT_FALSE(classify(kE4M3, knobs, 16.0f).tie);
  EXPECT_FALSE(classify(kE4M3, knobs, 464.0f).tie);  // 480 is no code
  EXPECT_TRUE(classify(kE4M3, knobs, 432.0f).tie);
  EXPECT_TRUE(classify(kE4M3, knobs, 0x1p-9f).subnormal);
  EXPECT_FALSE(classify(kE4M3, knobs, 0x1p-6f).subnormal);
  EXPECT_FALSE(classify(kE4M3, knobs, 0.0f).subnormal);
  EXPECT_TRUE(classify(kE4M3, knobs, 465.0f).saturated);
  EXPECT_FALSE(classify(kE4M3, knobs, 464.0f).saturated);
  EXPECT_FALSE(classify(kE4M3, knobs, kInf).saturated);
  EXPECT_TRUE(classify(kE4M3, knobs, -kInf).inf);
  EXPECT_TRUE(classify(kE4M3, knobs, kNan).nan);
  EXPECT_TRUE(classify(kE4M3, knobs, -0x1p-20f).negative_zero);
  EXPECT_FALSE(classify(kE4M3, knobs, 0.0f).negative_zero);
}

}  // namespace
}  // namespace fp8oracle::reference
