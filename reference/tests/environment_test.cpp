// SPDX-License-Identifier: Apache-2.0
// What the compiler and the processor must not do to the reference.
#include <gtest/gtest.h>

#include <cfenv>
#include <cfloat>

namespace {

TEST(Environment, FastMathIsOff) {
#ifdef __FAST_MATH__
  FAIL() << "the reference is compiled with -ffast-math";
#endif
  static_assert(FLT_EVAL_METHOD == 0, "FP32 expressions must be rounded to FP32");
}

TEST(Environment, RoundingIsToNearest) { EXPECT_EQ(std::fegetround(), FE_TONEAREST); }

TEST(Environment, ProductsAndSumsAreNotContracted) {
  // 1 + 2^-12 squared is 1 + 2^-11 + 2^-24; an FMA would keep the last term.
  const volatile float a = 1.0f + 0x1p-12f;
  const volatile float c = -(1.0f + 0x1p-11f);
  const float x = a, y = c;
  EXPECT_EQ(x * x + y, 0.0f);
}

TEST(Environment, SubnormalsAreNotFlushed) {
  const volatile float small = 0x1p-126f, half = 0.5f;
  EXPECT_EQ(small * half, 0x1p-127f);
  const volatile float subnormal = 0x1p-149f;
  EXPECT_EQ(subnormal * 2.0f, 0x1p-148f);
}

}  // namespace
