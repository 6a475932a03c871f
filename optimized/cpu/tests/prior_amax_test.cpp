// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "call.h"
#include "optimized/cpu/backend.h"
#include "scalar_model.h"

namespace fp8oracle::cpu_tests {
namespace {

std::uint32_t bits_of(float x) { return std::bit_cast<std::uint32_t>(x); }

/// The rule in words: a set sign is below everything, any other NaN stays, else the larger one.
float expected(float prior, float amax) {
  if (std::signbit(prior)) return amax;
  if (std::isnan(prior) || std::isnan(amax)) return NAN;
  return std::max(prior, amax);
}

void expect_same(float got, float want) {
  if (std::isnan(want)) {
    EXPECT_TRUE(std::isnan(got)) << got;
    EXPECT_FALSE(std::signbit(got));
  } else {
    EXPECT_EQ(bits_of(got), bits_of(want)) << got << ", not " << want;
  }
}

const std::vector<float> kPriors{0.0f,
                                 -0.0f,
                                 0.25f,
                                 -0.25f,
                                 3.0f,
                                 -3.0f,
                                 INFINITY,
                                 NAN,
                                 -INFINITY,
                                 -NAN,
                                 std::bit_cast<float>(1u),
                                 std::bit_cast<float>(0x7F800001u),
                                 std::bit_cast<float>(0xFF800001u)};
const std::vector<std::vector<float>> kInputs{
    {}, {-0.0f}, {1.0f, -2.0f}, {1.0f, NAN}, {-INFINITY, 1.0f}};

Input row_of(const std::vector<float>& values) {
  const auto cols = static_cast<std::int64_t>(values.size());
  Input input{{}, Exact(cols * 4)};
  for (std::size_t i = 0; i < values.size(); ++i)
    std::memcpy(input.memory.data() + 4 * i, &values[i], 4);
  input.matrix = {input.memory.buffer(), FP8ORACLE_F32, 1, cols, cols};
  return input;
}

const fp8oracle_amax_nan kNanRules[]{FP8ORACLE_AMAX_DROP_NAN, FP8ORACLE_AMAX_PROPAGATE_NAN};

ResolvedScheme tensor_scheme(fp8oracle_amax_nan rule) {
  return with_knob(scheme_of("e4m3.tensor.both.compact.te"), &Knobs::amax_nan, rule);
}

TEST(CpuPriorAmax, IsBelowEverythingWithASignAndElseCounts) {
  for (const auto rule : kNanRules) {
    const ResolvedScheme scheme = tensor_scheme(rule);
    for (const auto& values : kInputs) {
      const Input input = row_of(values);
      for (const float prior : kPriors) {
        float amax = prior;
        const Quantized got = quantize(scheme, input, {nullptr, &amax});
        ASSERT_EQ(got.status, FP8ORACLE_OK) << got.message;
        SCOPED_TRACE(testing::Message() << "prior " << std::hex << bits_of(prior) << " rule "
                                        << rule << " elements " << values.size());
        if (values.empty()) {
          EXPECT_EQ(bits_of(amax), bits_of(prior));  // untouched [K24]
        } else {
          expect_same(amax, expected(prior, amax_of(scheme.knobs, values)));
        }
      }
    }
  }
}

/// The same through quantize_many, all inputs on one cell.
TEST(CpuPriorAmax, IsThatOfEachItemInTurn) {
  for (const auto rule : kNanRules) {
    const ResolvedScheme scheme = tensor_scheme(rule);
    AbiScheme abi(scheme, "te");
    for (const float prior : kPriors) {
      float amax = prior, want = prior;
      std::vector<Input> inputs;
      std::vector<fp8oracle_quantize_item> items;
      for (const auto& values : kInputs) {
        if (!values.empty()) want = expected(want, amax_of(scheme.knobs, values));
        inputs.push_back(row_of(values));
        items.emplace_back().input = inputs.back().matrix;
        items.back().amax = {&amax, 4};
      }
      std::vector<Exact> codes;
      for (fp8oracle_quantize_item& item : items) {
        item.rowwise.codes = codes.emplace_back(item.input.cols).buffer();
        item.columnwise.codes = codes.emplace_back(item.input.cols).buffer();
      }
      fp8oracle_quantize_many_args args{};
      args.struct_size = sizeof args;
      args.scheme = abi.get();
      args.items = items.data();
      args.item_bytes = sizeof items[0];
      args.count = items.size();
      char text[256] = {};
      ASSERT_EQ(cpu::backend().quantize_many(&args, nullptr, {text, sizeof text}), FP8ORACLE_OK)
          << text;
      SCOPED_TRACE(testing::Message() << "prior " << std::hex << bits_of(prior));
      expect_same(amax, want);
    }
  }
}

}  // namespace
}  // namespace fp8oracle::cpu_tests
