// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "call.h"
#include "scalar_model.h"

namespace fp8oracle::cpu_tests {
namespace {

constexpr Format kE3M4{"e3m4", 3, 4, 3, 0x7E, 0, 0x7F};
constexpr Format kE6M1{"e6m1", 6, 1, 31, 0x7D, 0x7E, 0x7F};
constexpr Format kE2M5{"e2m5", 2, 5, 1, 0x60, 0, 0x7F};
constexpr Format kE1M6{"e1m6", 1, 6, 0, 0x7E, 0, 0x7F};
constexpr Format kSubnormalsAlone{"subnormals_alone", 4, 3, 7, 0x05, 0x06, 0x07};

ResolvedScheme tensor_scheme(const Format& format) {
  ResolvedScheme scheme = scheme_of("e4m3.tensor.row.compact.te");
  scheme.format = format;
  scheme.knobs.element_max_code = format.max_code;
  if (format.is_fnuz()) scheme.knobs.element_nan = FP8ORACLE_NAN_FNUZ;
  return scheme;
}

Input one_row(const std::vector<float>& values) {
  const auto cols = static_cast<std::int64_t>(values.size());
  Input input{{}, Exact(cols * 4)};
  std::memcpy(input.memory.data(), values.data(), values.size() * 4);
  input.matrix = {input.memory.buffer(), FP8ORACLE_F32, 1, cols, cols};
  return input;
}

void expect_codes(const ResolvedScheme& scheme, Input& input, float scale) {
  const Quantized got = quantize(scheme, input, {&scale, nullptr});
  ASSERT_EQ(got.status, FP8ORACLE_OK) << got.message;
  const bool divide = scheme.knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
  for (std::int64_t c = 0; c < input.matrix.cols; ++c) {
    const float x = input.at(0, c);
    float y = divide ? x / (1.0f / scale) : x * scale;
    if (std::isnan(y)) y = std::copysign(y, x);
    ASSERT_EQ(got.codes[0][static_cast<std::size_t>(c)], encode(scheme.format, scheme.knobs, y))
        << "x " << std::hex << std::bit_cast<std::uint32_t>(x) << " scale " << scale;
  }
}

const std::vector<float> kScales{1.0f,   3.0f,    0.1f, -2.5f,    0x1p-100f, 0x1p120f,
                                 1e-42f, 3.4e38f, 0.0f, INFINITY, NAN,       1.0f / 3.0f};

class EveryFormat : public testing::TestWithParam<Format> {};

TEST_P(EveryFormat, AimedValuesGetTheNearestCodeForEveryScale) {
  std::vector<float> values = aimed_values(GetParam());
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i)
    values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
  Input input = one_row(values);
  const ResolvedScheme scheme = tensor_scheme(GetParam());
  on_every_target([&] {
    for (const float scale : kScales) expect_codes(scheme, input, scale);
  });
}

TEST_P(EveryFormat, EveryElementKnobIsHonoured) {
  Input input = one_row(aimed_values(GetParam()));
  using K = Knobs;
  const ResolvedScheme base = tensor_scheme(GetParam());
  std::vector<ResolvedScheme> schemes;
  for (const std::uint32_t overflow : {0u, 1u, 2u}) {
    for (const std::uint32_t bits : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u}) {
      ResolvedScheme scheme = with_knob(base, &K::element_overflow, overflow);
      scheme.knobs.element_inf = bits & 1;
      scheme.knobs.element_negative_zero = bits >> 1 & 1;
      scheme.knobs.element_subnormals = bits >> 2 & 1;
      schemes.push_back(scheme);
      if (GetParam().is_fnuz()) continue;
      for (const auto nan : {FP8ORACLE_NAN_KEEP_SIGN, FP8ORACLE_NAN_ANY_SIGN})
        schemes.push_back(with_knob(scheme, &K::element_nan, nan));
    }
  }
  for (const std::uint32_t max_code : {1u, 8u, 0x37u, 0x38u}) {
    if (max_code > GetParam().max_code) continue;
    schemes.push_back(with_knob(base, &K::element_max_code, max_code));
    schemes.push_back(with_knob(schemes.back(), &K::element_overflow, FP8ORACLE_OVERFLOW_NAN));
  }
  schemes.push_back(with_knob(base, &K::product, FP8ORACLE_PRODUCT_X_OVER_SCALE_INV));
  on_every_target([&] {
    for (const ResolvedScheme& scheme : schemes) {
      for (const float scale : {1.0f, 0.7f, -2.0f, 0.0f, INFINITY, NAN, -NAN})
        expect_codes(scheme, input, scale);
    }
  });
}

TEST_P(EveryFormat, EverySixteenBitInputGetsTheNearestCode) {
  const ResolvedScheme scheme = tensor_scheme(GetParam());
  for (const auto type : {FP8ORACLE_BF16, FP8ORACLE_F16}) {
    Input input = make_input(type, {1, 65536}, {}, 0);
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
      std::memcpy(input.memory.data() + 2 * bits, &bits, 2);
    }
    on_every_target([&] {
      for (const float scale : {1.0f, 448.0f / 3.0f}) expect_codes(scheme, input, scale);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(CpuEncode, EveryFormat,
                         testing::Values(kE4M3, kE5M2, kE4M3Fnuz, kE5M2Fnuz, kE3M4, kE6M1, kE2M5,
                                         kE1M6, kSubnormalsAlone),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace fp8oracle::cpu_tests
