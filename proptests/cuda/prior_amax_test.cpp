// SPDX-License-Identifier: Apache-2.0
// The amax that a cast finds before it [K12]: one with its sign bit set is below everything, any
// other NaN stays, and else the larger one is left.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>

#include "optimized/cuda/backend.h"
#include "side.h"

namespace fp8oracle::cuda_tests {
namespace {

constexpr std::uint32_t kSign = 0x80000000u;

// Bits of FP32.
constexpr std::uint32_t kPriors[] = {
    0,     1,         0x3F800000u, 0x40A00000u, 0x7F800000u, 0x7F800001u, 0x7FC00000u, 0x7FFFFFFFu,
    kSign, kSign | 1, 0xBF800000u, 0xC0A00000u, 0xFF800000u, 0xFF800001u, 0xFFC00000u, 0xFFFFFFFFu,
};

// Of some kinds of input: nothing, zeros, 3 in the last place, a NaN there.
struct Input {
  std::int64_t rows, cols;
  std::uint16_t last;  // BF16
  float max;           // propagating NaN
};
const Input kInputs[] = {
    {0, 8, 0, 0.0f},
    {8, 0, 0, 0.0f},
    {40, 72, 0, 0.0f},
    {40, 72, 0xC040, 3.0f},
    {1, 40000, 0xC040, 3.0f},
    {300, 520, 0x4040, 3.0f},
    {300, 520, 0xFFC0, std::nanf("")},
};

// The rule. Both NaNs are meant by NaN. Of an empty tensor it stays what it is [K24].
float expected(std::uint32_t prior, const Input& input, bool propagates) {
  if (input.rows * input.cols == 0) return std::bit_cast<float>(prior);
  const auto old = std::bit_cast<float>((prior & kSign) != 0 ? 0u : prior);
  const float max = std::isnan(input.max) && !propagates ? 0.0f : input.max;
  if (std::isnan(old) || std::isnan(max)) return std::nanf("");
  return std::max(old, max);
}

ResolvedScheme scheme_of(std::uint32_t directions, bool propagates) {
  ResolvedScheme scheme;
  scheme.format = kE4M3;
  scheme.directions = directions;
  if (propagates) scheme.knobs.amax_nan = FP8ORACLE_AMAX_PROPAGATE_NAN;
  return scheme;
}

class CudaPriorAmax : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
    side_ = std::make_unique<Side>(cuda::backend());
  }

  fp8oracle_quantize_item make_item(const Input& input, std::uint32_t prior,
                                    std::uint32_t directions) {
    const auto count = static_cast<std::size_t>(input.rows * input.cols);
    std::vector<std::uint8_t> bytes(count * 2);
    if (count > 0) {
      bytes[count * 2 - 2] = static_cast<std::uint8_t>(input.last);
      bytes[count * 2 - 1] = static_cast<std::uint8_t>(input.last >> 8);
    }
    fp8oracle_quantize_item item{};
    item.input = {side_->make(bytes).buffer, FP8ORACLE_BF16, input.rows, input.cols, input.cols};
    if (count == 0) item.input.data = {};
    item.amax = side_->make_float(std::bit_cast<float>(prior)).buffer;
    if (directions & FP8ORACLE_ROWWISE) item.rowwise.codes = side_->make(count).buffer;
    if (directions & FP8ORACLE_COLUMNWISE) item.columnwise.codes = side_->make(count).buffer;
    return item;
  }

  // Runs the cast of each input on each prior amax and looks at what it left.
  template <class Run>
  void expect_rule(const Run& run) {
    for (const bool propagates : {false, true}) {
      for (const std::uint32_t directions : {1u, 2u, 3u}) {
        const ResolvedScheme scheme = scheme_of(directions, propagates);
        std::vector<fp8oracle_quantize_item> items;
        std::vector<float> wanted;
        for (const Input& input : kInputs) {
          for (const std::uint32_t prior : kPriors) {
            items.push_back(make_item(input, prior, directions));
            wanted.push_back(expected(prior, input, propagates));
          }
        }
        run(scheme, items);
        for (std::size_t i = 0; i < items.size(); ++i) expect_amax(items[i], wanted[i], i);
        side_->free_all();
      }
    }
  }

  void expect_amax(const fp8oracle_quantize_item& item, float wanted, std::size_t i) {
    float amax = 0.0f;
    side_->download(&amax, item.amax.data, sizeof amax);
    side_->synchronize();
    const bool same = std::isnan(wanted) ? std::isnan(amax)
                                         : std::bit_cast<std::uint32_t>(amax) ==
                                               std::bit_cast<std::uint32_t>(wanted);
    EXPECT_TRUE(same) << item.input.rows << "x" << item.input.cols << ", prior " << std::hex
                      << kPriors[i % std::size(kPriors)] << std::dec << ": " << amax << ", not "
                      << wanted;
  }

  std::unique_ptr<Side> side_;
};

TEST_F(CudaPriorAmax, OneCast) {
  expect_rule(
      [this](const ResolvedScheme& scheme, const std::vector<fp8oracle_quantize_item>& items) {
        for (const fp8oracle_quantize_item& item : items) {
          auto args = client::make_args<fp8oracle_quantize_args>(side_->keep(scheme));
          args.input = item.input;
          args.amax = item.amax;
          args.rowwise = item.rowwise;
          args.columnwise = item.columnwise;
          side_->call(FP8ORACLE_OP_QUANTIZE, &args);
        }
      });
}

TEST_F(CudaPriorAmax, ManyCasts) {
  expect_rule(
      [this](const ResolvedScheme& scheme, const std::vector<fp8oracle_quantize_item>& items) {
        auto args = client::make_args<fp8oracle_quantize_many_args>(side_->keep(scheme));
        args.items = items.data();
        args.item_bytes = sizeof items[0];
        args.count = items.size();
        side_->call(FP8ORACLE_OP_QUANTIZE_MANY, &args);
      });
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
