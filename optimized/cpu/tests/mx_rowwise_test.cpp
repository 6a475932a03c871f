// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "call.h"
#include "scalar_model.h"

namespace fp8oracle::cpu_tests {
namespace {

constexpr std::int64_t kBlock = 32;

struct Expected {
  std::vector<std::uint8_t> codes, scale_inv;
};

Expected model(const ResolvedScheme& scheme, const Input& input) {
  const Format& format = scheme.format;
  Expected expected;
  for (std::int64_t r = 0; r < input.matrix.rows; ++r) {
    for (std::int64_t c = 0; c < input.matrix.cols; c += kBlock) {
      std::vector<float> block;
      for (std::int64_t i = c; i < std::min(c + kBlock, input.matrix.cols); ++i)
        block.push_back(input.at(r, i));
      const std::uint8_t scale_inv = e8m0_of_block(format, scheme.knobs, block);
      expected.scale_inv.push_back(scale_inv);
      for (const float x : block) {
        const float factor = e8m0_reciprocal(scale_inv);  // a NaN hides the sign of x
        const float y = std::isnan(factor) ? factor : x * factor;
        expected.codes.push_back(encode(format, scheme.knobs, y));
      }
    }
  }
  return expected;
}

// Mostly one decade, so that a block's scale is not always that of an outlier; the rest are what
// the rules of scales treat apart.
std::vector<float> pool() {
  std::vector<float> values{NAN, -NAN, -INFINITY, INFINITY, 1e-40f, -1e-45f, 3.4e38f, 0x1p-127f};
  for (int i = 0; i < 400; ++i) values.push_back(static_cast<float>(i - 200) / 64.0f);
  for (int i = 0; i < 60; ++i) values.push_back(0.0f);
  return values;
}

/// Rowwise alone and in both directions are two kernels.
TEST(CpuMx, ABlockThatIsNanHidesTheSignsAndAnyOtherKeepsThemOnEveryTarget) {
  std::vector<float> pool(8, 1.0f);
  pool.insert(pool.end(), {-NAN, NAN});
  for (const char* const profile : {"te", "torchao-rceil"}) {
    for (const char* const directions : {"row", "both"}) {
      ResolvedScheme scheme =
          scheme_of("e4m3.mx32." + std::string(directions) + ".compact." + profile);
      scheme.knobs.element_nan = FP8ORACLE_NAN_KEEP_SIGN;
      for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
        Input input = make_input(type, {64, 96}, pool, 5);
        const Expected expected = model(scheme, input);
        on_every_target([&] {
          const Quantized got = quantize(scheme, input);
          ASSERT_EQ(got.status, FP8ORACLE_OK) << got.message;
          EXPECT_EQ(got.scale_inv[0], expected.scale_inv) << profile << " " << directions;
          EXPECT_EQ(got.codes[0], expected.codes) << profile << " " << directions;
        });
      }
    }
  }
}

/// Wide rows: as many blocks at once as the vectors have lanes, then pairs, then a partial block.
TEST(CpuMxRowwise, WideRowsAgreeWithTheModelOnEveryTarget) {
  const Shape shapes[] = {{2, 2048 + 64 + 37}, {3, 512}, {1, 511}, {2, 1056, 1100, 3}};
  for (const char* const profile :
       {"te", "torchao-rceil", "torchao-floor", "torchao-even", "torchao-ceil"}) {
    const auto scheme = scheme_of(std::string("e4m3.mx32.row.compact.") + profile);
    for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
      for (const Shape& shape : shapes) {
        Input input = make_input(type, shape, pool(), 5);
        const Expected expected = model(scheme, input);
        on_every_target([&] {
          const Quantized got = quantize(scheme, input);
          if (got.status == FP8ORACLE_INVALID_ARGUMENT && shape.cols % kBlock != 0) return;
          ASSERT_EQ(got.status, FP8ORACLE_OK) << got.message;
          EXPECT_EQ(got.scale_inv[0], expected.scale_inv) << profile << " " << shape.cols;
          EXPECT_EQ(got.codes[0], expected.codes) << profile << " " << shape.cols;
        });
      }
    }
  }
}

}  // namespace
}  // namespace fp8oracle::cpu_tests
