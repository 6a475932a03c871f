// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cfloat>
#include <cmath>

#include "formats_under_test.h"
#include "fp8oracle/knobs.h"
#include "reference/scale.h"

namespace fp8oracle::reference {
namespace {

float float_of(std::uint32_t bits) { return std::bit_cast<float>(bits); }
std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }

ScaleOptions with_eps(float eps) {
  ScaleOptions options;
  options.eps = eps;
  return options;
}

float e4m3_scale(float amax, const ScaleOptions& options = {}) {
  return scale_from_amax(amax, kE4M3, plain_knobs(kE4M3), options);
}

TEST(ScaleInverse, IsTheCorrectlyRoundedReciprocal) {
  const Knobs knobs = plain_knobs(kE4M3);
  EXPECT_EQ(bits_of(scale_inverse(3.0f, knobs)), 0x3EAAAAABu);
  EXPECT_EQ(bits_of(scale_inverse(float_of(0x7F7FC99E), knobs)), 0x002006CEu);  // 3.4e38, subnormal
  EXPECT_EQ(bits_of(scale_inverse(FLT_MAX, knobs)), 0x00200000u);
  EXPECT_EQ(scale_inverse(0.0f, knobs), INFINITY);
  EXPECT_EQ(scale_inverse(-0.0f, knobs), -INFINITY);
  EXPECT_EQ(bits_of(scale_inverse(INFINITY, knobs)), 0x00000000u);
  EXPECT_EQ(bits_of(scale_inverse(-INFINITY, knobs)), 0x80000000u);
  EXPECT_EQ(scale_inverse(1.0e-42f, knobs), INFINITY);
  EXPECT_TRUE(std::isnan(scale_inverse(NAN, knobs)));
}

// r = RN(1/s): |r * s - 1| <= |r'| for both neighbours r', in exact doubles (48-bit products).
TEST(ScaleInverse, IsNearerThanItsNeighboursForEveryExponent) {
  const Knobs knobs = plain_knobs(kE4M3);
  for (std::uint32_t exponent = 1; exponent < 254; ++exponent) {
    for (std::uint32_t mantissa = 1; mantissa < 0x800000; mantissa += 65521) {
      const float scale = float_of(exponent << 23 | mantissa);
      const float inverse = scale_inverse(scale, knobs);
      const auto error = [scale](float r) {
        return std::fabs(static_cast<double>(r) * static_cast<double>(scale) - 1.0);
      };
      ASSERT_LE(error(inverse), error(std::nextafterf(inverse, 0.0f))) << scale;
      ASSERT_LE(error(inverse), error(std::nextafterf(inverse, INFINITY))) << scale;
    }
  }
}

TEST(ScaleInverse, FlushesSubnormalsToTheirSignedZeroWhenTold) {
  Knobs knobs = plain_knobs(kE4M3);
  knobs.scale_inv_subnormals = FP8ORACLE_DROP;
  EXPECT_EQ(bits_of(scale_inverse(FLT_MAX, knobs)), 0x00000000u);
  EXPECT_EQ(bits_of(scale_inverse(-FLT_MAX, knobs)), 0x80000000u);
  EXPECT_EQ(scale_inverse(0x1p126f, knobs), 0x1p-126f);  // the smallest normal stays
  EXPECT_EQ(scale_inverse(3.0f, knobs), 1.0f / 3.0f);
}

TEST(ScaleFromAmax, IsMaxOverAmaxRoundedOnce) {
  EXPECT_EQ(e4m3_scale(448.0f), 1.0f);
  EXPECT_EQ(e4m3_scale(3.0f), 448.0f / 3.0f);
  EXPECT_EQ(scale_from_amax(1.0f, kE5M2, plain_knobs(kE5M2), {}), 57344.0f);
  Knobs knobs = plain_knobs(kE4M3);
  knobs.element_max_code = 0x77;
  EXPECT_EQ(scale_from_amax(1.0f, kE4M3, knobs, {}), 240.0f);
}

TEST(ScaleFromAmax, TakesEpsAsAFloorNotAnAddend) {
  EXPECT_EQ(e4m3_scale(2.0f, with_eps(1.0f)), 224.0f);
  EXPECT_EQ(e4m3_scale(0.5f, with_eps(1.0f)), 448.0f);
  EXPECT_EQ(e4m3_scale(0.0f, with_eps(1.0f)), 448.0f);  // a zero amax is lifted too
  EXPECT_EQ(e4m3_scale(NAN, with_eps(1.0f)), 1.0f);     // NaN is not below eps
  EXPECT_EQ(e4m3_scale(0.0f, with_eps(0.0f)), 1.0f);
}

TEST(ScaleFromAmax, AnswersBadAmaxByTheKnob) {
  ScaleOptions options;
  options.previous = 7.0f;
  options.pow2 = true;  // does not touch the answer
  for (const float amax : {0.0f, -0.0f, INFINITY, NAN}) {
    Knobs knobs = plain_knobs(kE4M3);
    EXPECT_EQ(scale_from_amax(amax, kE4M3, knobs, options), 1.0f);
    knobs.scale_of_bad_amax = FP8ORACLE_BAD_AMAX_ZERO;
    EXPECT_EQ(scale_from_amax(amax, kE4M3, knobs, options), 0.0f);
    knobs.scale_of_bad_amax = FP8ORACLE_BAD_AMAX_KEEP;
    EXPECT_EQ(scale_from_amax(amax, kE4M3, knobs, options), 7.0f);
  }
}

TEST(ScaleFromAmax, AnswersOverflowByTheKnob) {
  const float tiny = 1.0e-36f;  // a normal number, 448 / tiny is above FLT_MAX
  Knobs knobs = plain_knobs(kE4M3);
  EXPECT_EQ(scale_from_amax(tiny, kE4M3, knobs, {}), FLT_MAX);
  knobs.scale_overflow = FP8ORACLE_SCALE_OVERFLOW_INF;
  EXPECT_EQ(scale_from_amax(tiny, kE4M3, knobs, {}), INFINITY);
  knobs.scale_overflow = FP8ORACLE_SCALE_OVERFLOW_INPUT_MAX;
  ScaleOptions options;
  options.input_type = FP8ORACLE_BF16;
  EXPECT_EQ(bits_of(scale_from_amax(tiny, kE4M3, knobs, options)), 0x7F7F0000u);
  options.input_type = FP8ORACLE_F16;
  EXPECT_EQ(scale_from_amax(tiny, kE4M3, knobs, options), 65504.0f);
}

TEST(ScaleFromAmax, KeepsTheZeroTestUnflushed) {
  EXPECT_EQ(e4m3_scale(1.0e-40f), FLT_MAX);
  EXPECT_EQ(e4m3_scale(0x1p-149f), FLT_MAX);
}

TEST(ScaleFromAmax, OverflowsOnlyAboveFltMax) {
  float amax = 448.0f / FLT_MAX;  // 1.3166e-36
  while (!std::isinf(448.0f / amax)) amax = std::nextafterf(amax, 0.0f);
  EXPECT_EQ(e4m3_scale(amax), FLT_MAX);
  const float above = std::nextafterf(amax, 1.0f);
  EXPECT_EQ(e4m3_scale(above), 448.0f / above);
  EXPECT_TRUE(std::isfinite(e4m3_scale(above)));
}

TEST(ScaleFromAmax, TruncatesToAPowerOfTwoByArgumentOrByKnob) {
  ScaleOptions pow2;
  pow2.pow2 = true;
  EXPECT_EQ(e4m3_scale(448.0f, pow2), 1.0f);
  EXPECT_EQ(e4m3_scale(449.0f, pow2), 0.5f);
  EXPECT_EQ(e4m3_scale(1.0f, pow2), 256.0f);        // from 448
  EXPECT_EQ(e4m3_scale(1.0e-37f, pow2), 0x1p127f);  // from FLT_MAX
  Knobs knobs = plain_knobs(kE4M3);
  knobs.scale_pow2 = 1;
  EXPECT_EQ(scale_from_amax(1.0f, kE4M3, knobs, {}), 256.0f);
  knobs.scale_overflow = FP8ORACLE_SCALE_OVERFLOW_INF;
  EXPECT_EQ(scale_from_amax(1.0e-37f, kE4M3, knobs, {}), INFINITY);
}

}  // namespace
}  // namespace fp8oracle::reference
