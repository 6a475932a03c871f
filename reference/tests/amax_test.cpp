// SPDX-License-Identifier: Apache-2.0
#include "reference/amax.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "cast.h"

namespace fp8oracle::reference {
namespace {

using Values = Eigen::Map<const Eigen::Array<float, 1, Eigen::Dynamic>>;

Values values(const std::vector<float>& x) {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}

TEST(MaxDroppingNan, SeesEveryElementButNan) {
  EXPECT_EQ(max_dropping_nan(values({1, -3, 2})), 3.0f);
  EXPECT_EQ(max_dropping_nan(values({-INFINITY, 1})), INFINITY);
  EXPECT_EQ(max_dropping_nan(values({0x1p-149f})), 0x1p-149f);
  const std::vector<float> nans(7, NAN);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(max_dropping_nan(values(nans))), 0u);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(max_dropping_nan(values({-0.0f, -0.0f}))), 0u);
  EXPECT_EQ(max_dropping_nan(values({})), 0.0f);
}

TEST(MaxPropagatingNan, SeesEveryElement) {
  EXPECT_EQ(max_propagating_nan(values({1, -3, 2})), 3.0f);
  EXPECT_EQ(max_propagating_nan(values({-INFINITY, 1})), INFINITY);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(max_propagating_nan(values({-0.0f}))), 0u);
  EXPECT_EQ(max_propagating_nan(values({})), 0.0f);
}

TEST(Amax, TreatsNanAlikeInEveryPosition) {
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::vector<float> x(size, -2.0f);
      x[at] = NAN;
      EXPECT_EQ(max_dropping_nan(values(x)), size == 1 ? 0.0f : 2.0f);
      EXPECT_TRUE(std::isnan(max_propagating_nan(values(x)))) << size << " " << at;
      x[at] = -7.0f;
      EXPECT_EQ(max_dropping_nan(values(x)), 7.0f);
      EXPECT_EQ(max_propagating_nan(values(x)), 7.0f);
    }
  }
}

TEST(AccumulateAmax, KeepsTheLarger) {
  EXPECT_EQ(accumulate_amax(0.0f, 2.0f), 2.0f);
  EXPECT_EQ(accumulate_amax(3.0f, 2.0f), 3.0f);
  EXPECT_EQ(accumulate_amax(INFINITY, 2.0f), INFINITY);
  EXPECT_EQ(accumulate_amax(0x1p-149f, 0.0f), 0x1p-149f);
  EXPECT_TRUE(std::isnan(accumulate_amax(3.0f, NAN)));
}

float run_amax(const std::vector<float>& x, std::int64_t rows, std::int64_t cols, unsigned nan) {
  std::vector<float> input = x;
  float result = -5.0f;
  ResolvedScheme scheme = plain_scheme(kE4M3, kTensorGrid);
  scheme.knobs.amax_nan = nan;
  Call<fp8oracle_amax_args> call(scheme);
  call.args.input = {buffer_of(input), FP8ORACLE_F32, rows, cols, cols};
  call.args.amax = buffer_of(result);
  EXPECT_EQ(backend().amax(&call.args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  return result;
}

TEST(AmaxOperation, OverwritesAndFindsTheLargestInEveryPosition) {
  std::vector<float> x(35 * 33, 1.0f);
  for (std::size_t at = 0; at < x.size(); ++at) {
    x[at] = -9.0f;
    ASSERT_EQ(run_amax(x, 35, 33, FP8ORACLE_AMAX_DROP_NAN), 9.0f) << at;
    x[at] = NAN;
    ASSERT_EQ(run_amax(x, 35, 33, FP8ORACLE_AMAX_DROP_NAN), 1.0f) << at;
    ASSERT_TRUE(std::isnan(run_amax(x, 35, 33, FP8ORACLE_AMAX_PROPAGATE_NAN))) << at;
    x[at] = 1.0f;
  }
}

TEST(AmaxOperation, GivesZeroForAnEmptyInput) {
  EXPECT_EQ(std::bit_cast<std::uint32_t>(run_amax({}, 0, 5, 0)), 0u);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(run_amax({}, 5, 0, 1)), 0u);
}

}  // namespace
}  // namespace fp8oracle::reference
