// SPDX-License-Identifier: Apache-2.0
// The vendor's host code as a witness. It compiles with any C++ compiler where the toolkit's
// headers are.
#include <bit>
#include <cmath>
#include <limits>

#include "tests/every_float.h"
#include "tests/knobs.h"
#ifdef FP8ORACLE_HAS_CUDA_FP8
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <cuda_fp8.h>
#pragma GCC diagnostic pop
#endif

namespace fp8oracle::exhaustive {
namespace {

#ifdef FP8ORACLE_HAS_CUDA_FP8

class CudaFp8Witness : public testing::TestWithParam<Format> {};

TEST_P(CudaFp8Witness, EncodesEveryFloatLikeTheReference) {
  const Format& format = GetParam();
  const auto kind = format.name == "e4m3" ? __NV_E4M3 : __NV_E5M2;
  const auto rules = reference::element_rules(format, te_knobs(format));
  const auto agrees = [&](std::uint32_t bits) {
    const float x = std::bit_cast<float>(bits);
    return __nv_cvt_float_to_fp8(x, __NV_SATFINITE, kind) == reference::encode(format, rules, x);
  };
  for (unsigned code = 0; code < format.max_code; ++code) {  // ties and their neighbours
    const auto magnitude = [&](unsigned c) {
      return reference::decode(format, static_cast<std::uint8_t>(c));
    };
    const auto midpoint = static_cast<float>((magnitude(code) + magnitude(code + 1)) / 2);
    for (const std::uint32_t near : {0u, 1u, 2u}) {
      const std::uint32_t bits = std::bit_cast<std::uint32_t>(midpoint) + near - 1;
      EXPECT_TRUE(agrees(bits) && agrees(bits | 0x80000000u)) << std::hex << bits;
    }
  }
  expect_every_float("cuda_fp8.h", std::uint64_t{1} << 32, step(61), agrees);
}

INSTANTIATE_TEST_SUITE_P(Formats, CudaFp8Witness, testing::ValuesIn(kSchemeFormats),
                         [](const auto& format) { return std::string(format.param.name); });

TEST(CudaFp8WitnessOfE8m0, RoundsEveryFloatUpLikeTheReference) {
  reference::E8m0Rules rules;  // of the identity: the quotient is the number itself
  rules.round = FP8ORACLE_E8M0_UP;
  rules.max_reciprocal = 1.0f;
  expect_every_float("cuda_fp8.h, e8m0", std::uint64_t{1} << 31, step(61), [&](std::uint32_t bits) {
    const float x = std::bit_cast<float>(bits);
    return __nv_cvt_float_to_e8m0(x, __NV_SATFINITE, cudaRoundPosInf) ==
           reference::e8m0_of_amax(rules, x);
  });
}

#else

TEST(CudaFp8Witness, NeedsTheToolkit) {
  GTEST_SKIP() << "SKIPPED: no cuda_fp8.h on this machine: the vendor's code bears no witness";
}

#endif

}  // namespace
}  // namespace fp8oracle::exhaustive
