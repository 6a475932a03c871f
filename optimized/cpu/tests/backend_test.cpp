// SPDX-License-Identifier: Apache-2.0
#include "optimized/cpu/backend.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "call.h"

namespace fp8oracle::cpu_tests {
namespace {

struct Answer {
  fp8oracle_status status;
  std::string reason;
};

Answer supports(fp8oracle_operation operation, const void* args) {
  char text[256] = {};
  const auto status = cpu::backend().supports(operation, args, {text, sizeof text});
  return {status, text};
}

/// supports() and the call say the same, and the call writes nothing.
void expect_denied(const ResolvedScheme& scheme, const std::string& reason) {
  Input input = make_input(FP8ORACLE_BF16, {64, 64}, {}, 1);
  const QuantizeCall call(scheme, input);
  const Answer answer = supports(FP8ORACLE_OP_QUANTIZE, &call.args());
  EXPECT_EQ(answer.status, FP8ORACLE_UNSUPPORTED);
  EXPECT_EQ(answer.reason.find(reason), 0u) << answer.reason;
  const Quantized got = call.run();
  EXPECT_EQ(got.status, FP8ORACLE_UNSUPPORTED);
  EXPECT_EQ(got.message, answer.reason);
  for (const auto& written : {got.codes[0], got.scale_inv[0]}) {
    EXPECT_FALSE(written.empty());
    EXPECT_TRUE(std::all_of(written.begin(), written.end(), [](auto b) { return b == 0xA5; }));
  }
}

TEST(CpuBackend, GridsThatHaveNoKernelAreDenied) {
  ResolvedScheme scheme = scheme_of("e4m3.mx32.row.compact.te");
  const fp8oracle_scale_type f32 = FP8ORACLE_SCALE_F32, e8m0 = FP8ORACLE_SCALE_E8M0;
  for (const Grid& grid : {kRowGrid, Grid{1, 128, f32}, Grid{128, 128, f32}, Grid{1, 32, f32},
                           Grid{1, 16, e8m0}, Grid{32, 32, e8m0}, Grid{16, 32, e8m0, true}}) {
    scheme.grid = grid;
    SCOPED_TRACE(to_string(grid));
    expect_denied(scheme, "scheme.grid: ");
  }
}

TEST(CpuBackend, PackedScalesAreDenied) {
  ResolvedScheme scheme = scheme_of("e4m3.mx32.row.compact.te");
  scheme.layout = FP8ORACLE_LAYOUT_PACKED;
  expect_denied(scheme, "scheme.layout: ");
}

TEST(CpuBackend, KnobsThatHaveNoKernelAreDenied) {
  const ResolvedScheme scheme = scheme_of("e4m3.tensor.row.compact.te");
  expect_denied(with_knob(scheme, &Knobs::element_nan, FP8ORACLE_NAN_FNUZ), "scheme.knobs.");
  const ResolvedScheme divides =
      with_knob(scheme, &Knobs::product, FP8ORACLE_PRODUCT_X_OVER_SCALE_INV);
  expect_denied(with_knob(divides, &Knobs::scale_inv_subnormals, FP8ORACLE_DROP), "scheme.knobs.");
}

TEST(CpuBackend, AmaxDoesNotDependOnTheGrid) {
  ResolvedScheme scheme = scheme_of("e4m3.tensor.row.compact.te");
  scheme.grid = {1, 128};
  AbiScheme abi(scheme, "te");
  Input input = make_input(FP8ORACLE_F32, {3, 5}, {1.0f, -2.0f}, 1);
  float amax = -1.0f;
  fp8oracle_amax_args args{};
  args.struct_size = sizeof args;
  args.scheme = abi.get();
  args.input = input.matrix;
  args.amax = {&amax, sizeof amax};
  EXPECT_EQ(supports(FP8ORACLE_OP_AMAX, &args).status, FP8ORACLE_OK);
  EXPECT_EQ(cpu::backend().amax(&args, nullptr, {}), FP8ORACLE_OK);
  EXPECT_GE(amax, 0.0f);
}

TEST(CpuBackend, WrongArgumentsAreUnsupportedToSupportsAndInvalidToTheCall) {
  Input input = make_input(FP8ORACLE_F32, {2, 32}, {}, 1);
  input.matrix.row_stride = 31;
  const QuantizeCall call(scheme_of("e4m3.mx32.row.compact.te"), input);
  EXPECT_EQ(supports(FP8ORACLE_OP_QUANTIZE, &call.args()).status, FP8ORACLE_UNSUPPORTED);
  EXPECT_EQ(call.run().status, FP8ORACLE_INVALID_ARGUMENT);
  const auto beyond = static_cast<fp8oracle_operation>(FP8ORACLE_OP_SCALE_INVERSE + 1);
  EXPECT_EQ(supports(beyond, &call.args()).status, FP8ORACLE_UNSUPPORTED);
}

}  // namespace
}  // namespace fp8oracle::cpu_tests
