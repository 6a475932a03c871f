// SPDX-License-Identifier: Apache-2.0
// What the kernels cannot do: supports() denies it, and the call denies it the same way before a
// byte changes.
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "fp8oracle/scale_grid.h"
#include "optimized/cuda/backend.h"
#include "side.h"

namespace fp8oracle::cuda_tests {
namespace {

constexpr std::int64_t kRows = 4, kCols = 64;

// e4m3.tensor.row.compact.te, or of another grid.
ResolvedScheme scheme_of(const Grid& grid = kTensorGrid) {
  ResolvedScheme scheme;
  scheme.format = kE4M3;
  scheme.grid = grid;
  scheme.knobs.element_max_code = kE4M3.max_code;
  return scheme;
}

// A rowwise cast of zeros and all that it writes.
struct Cast {
  fp8oracle_quantize_args args{};
  std::vector<Block> outputs;
};

Cast make_cast(Side& side, const ResolvedScheme& scheme) {
  Cast cast;
  cast.args.struct_size = sizeof cast.args;
  cast.args.scheme = side.keep(scheme);
  const Block input = side.make(std::vector<std::uint8_t>(kRows * kCols * 2));
  cast.args.input = {input.buffer, FP8ORACLE_BF16, kRows, kCols, kCols};
  const ScaleGrid scales = scale_grid(scheme, FP8ORACLE_ROWWISE, kRows, kCols);
  cast.outputs = {side.make(kRows * kCols), side.make(static_cast<std::uint64_t>(scales.bytes()))};
  cast.args.rowwise = {cast.outputs[0].buffer, cast.outputs[1].buffer, {}};
  return cast;
}

class CudaSupport : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
    side_ = std::make_unique<Side>(cuda::backend());
  }

  // Both answers begin with `argument`, and no output byte is another one.
  void expect_denied(fp8oracle_operation operation, const void* args, const std::string& argument,
                     const std::vector<Block>& outputs) {
    std::vector<std::vector<std::uint8_t>> before;
    before.reserve(outputs.size());
    for (const Block& block : outputs) before.push_back(side_->read(block));
    const auto expect = [&](const client::Answer& answer, const char* who) {
      EXPECT_EQ(answer.status, FP8ORACLE_UNSUPPORTED) << who << ", " << argument;
      EXPECT_EQ(answer.message.substr(0, argument.size()), argument) << who;
    };
    expect(side_->client().supports(operation, args), "supports");
    expect(side_->try_call(operation, args), "the call");
    for (std::size_t i = 0; i < outputs.size(); ++i) EXPECT_EQ(side_->read(outputs[i]), before[i]);
  }

  std::unique_ptr<Side> side_;
};

struct Denied {
  const char* argument;
  std::function<void(ResolvedScheme&)> change;  // of scheme_of()
};

const std::vector<Denied> kDenied{
    {"scheme.grid", [](ResolvedScheme& s) { s.grid = kRowGrid; }},
    {"scheme.grid",
     [](ResolvedScheme& s) {
       s.grid = {1, 32};
     }},
    {"scheme.grid",
     [](ResolvedScheme& s) {
       s.grid = {32, 32};
     }},
    {"scheme.grid",
     [](ResolvedScheme& s) {
       s.grid = {1, 16, FP8ORACLE_SCALE_E8M0};
     }},
    {"scheme.grid",
     [](ResolvedScheme& s) {
       s.grid = {32, 32, FP8ORACLE_SCALE_E8M0};
     }},
    {"scheme.layout",
     [](ResolvedScheme& s) {
       s.grid = kMx32Grid;
       s.layout = FP8ORACLE_LAYOUT_PACKED;
     }},
    {"scheme.format",
     [](ResolvedScheme& s) {
       s.format = kE4M3Fnuz;
       s.knobs.element_max_code = kE4M3Fnuz.max_code;
     }},
    {"scheme.knobs.element.overflow",
     [](ResolvedScheme& s) { s.knobs.element_overflow = FP8ORACLE_OVERFLOW_NAN; }},
    {"scheme.knobs.element.nan_code",
     [](ResolvedScheme& s) { s.knobs.element_nan = FP8ORACLE_NAN_KEEP_SIGN; }},
    {"scheme.knobs.element.negative_zero",
     [](ResolvedScheme& s) { s.knobs.element_negative_zero = FP8ORACLE_DROP; }},
    {"scheme.knobs.element.subnormals",
     [](ResolvedScheme& s) { s.knobs.element_subnormals = FP8ORACLE_DROP; }},
    {"scheme.knobs.element.max", [](ResolvedScheme& s) { s.knobs.element_max_code = 0x77; }},
    {"scheme.knobs.product",
     [](ResolvedScheme& s) { s.knobs.product = FP8ORACLE_PRODUCT_X_OVER_SCALE_INV; }},
};

TEST_F(CudaSupport, CastsThatTheKernelsDoNotDoAreDenied) {
  for (const Denied& denied : kDenied) {
    ResolvedScheme scheme = scheme_of();
    denied.change(scheme);
    const Cast cast = make_cast(*side_, scheme);
    expect_denied(FP8ORACLE_OP_QUANTIZE, &cast.args, denied.argument, cast.outputs);
  }
}

TEST_F(CudaSupport, ManyTensorsInBlocksAreDenied) {
  const Cast cast = make_cast(*side_, scheme_of(kMx32Grid));
  fp8oracle_quantize_item item{};
  item.input = cast.args.input;
  item.rowwise = cast.args.rowwise;
  auto args = client::make_args<fp8oracle_quantize_many_args>(cast.args.scheme);
  args.items = &item;
  args.item_bytes = sizeof item;
  args.count = 1;
  expect_denied(FP8ORACLE_OP_QUANTIZE_MANY, &args, "scheme.grid", cast.outputs);
}

TEST_F(CudaSupport, BadArgumentsAreUnsupportedAndInvalid) {
  Cast cast = make_cast(*side_, scheme_of());
  cast.args.input.row_stride = kCols - 1;
  const auto denied = side_->client().supports(FP8ORACLE_OP_QUANTIZE, &cast.args);
  EXPECT_EQ(denied.status, FP8ORACLE_UNSUPPORTED);
  EXPECT_EQ(denied.message.substr(0, 17), "input.row_stride:");
  const auto refused = side_->try_call(FP8ORACLE_OP_QUANTIZE, &cast.args);
  EXPECT_EQ(refused.status, FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_EQ(refused.message.substr(0, 17), "input.row_stride:");
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
