// SPDX-License-Identifier: Apache-2.0
// MX quantize, dequantize and swizzle on shapes around every tile, strides and offsets: the CUDA
// table's bytes against the reference's, guards included.
#include <gtest/gtest.h>

#include <memory>

#include "fp8oracle/layout.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scale_grid.h"
#include "fp8oracle/scheme.h"
#include "optimized/cuda/backend.h"
#include "reference/backend.h"
#include "side.h"

namespace fp8oracle::cuda_tests {
namespace {

struct Shape {
  std::int64_t rows, cols;
  std::int64_t extra_stride = 0;    // elements
  std::uint64_t input_offset = 0;   // elements
  std::uint64_t output_offset = 0;  // bytes
};

// Around the block (32), the tiles (32 x 64, 32 x 256), the swizzle's tile (128 x 4 blocks), the
// flat kernels' warps (256 and 1024 elements); wide tiles need more than 264 of them.
const std::vector<Shape> kShapes{
    {0, 64},
    {64, 0},
    {1, 1},
    {1, 31, 0, 1},
    {33, 1},
    {32, 32},
    {31, 33, 3},
    {32, 256},
    {64, 512, 8},
    {65, 264},
    {128, 128, 0, 0, 1},
    {129, 131, 5},
    {200, 1024, 16},
    {257, 96, 2},
    {96, 2056},
    {300, 260, 4, 0, 8},
    {5, 4096},
    {260, 3072},
    {1000, 72},
};
const std::vector<Shape> kLargeShapes{{2048, 2304}, {2051, 2321, 7}, {2112, 2080, 32}};

constexpr std::int64_t kBlock = 32;

// What the kernels take; the grids and layouts that supports() denies are none of these tests'.
bool is_taken(const Scheme& scheme) {
  const bool grid =
      scheme.grid == kTensorGrid || scheme.grid == kMx32Grid || scheme.grid == kMx32x32Grid;
  return grid && scheme.layout != FP8ORACLE_LAYOUT_PACKED;
}

bool is_whole(const Scheme& scheme) {
  return scheme.profile.knobs.shapes == FP8ORACLE_SHAPES_WHOLE_BLOCKS;
}

Shape fitting(Shape shape, const Scheme& scheme) {
  if (is_whole(scheme)) {
    shape.rows = round_up(shape.rows, kBlock);
    shape.cols = round_up(shape.cols, kBlock);
  }
  return shape;
}

std::string name_of(const Shape& s, fp8oracle_type type, const Scheme& scheme) {
  return scheme.name() + " " + std::string(to_string(type)) + " " + std::to_string(s.rows) + "x" +
         std::to_string(s.cols) + " stride+" + std::to_string(s.extra_stride) + " offset " +
         std::to_string(s.input_offset) + "/" + std::to_string(s.output_offset);
}

std::vector<std::uint8_t> random_bytes(std::int64_t count, std::uint64_t seed) {
  std::vector<std::uint8_t> bytes = random_elements(FP8ORACLE_F16, count / 2 + 1, seed);
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

using Outputs = std::vector<std::vector<std::uint8_t>>;

Outputs quantize(Side& side, const Scheme& scheme, fp8oracle_type type, const Shape& shape,
                 std::uint64_t seed) {
  const std::int64_t stride = shape.cols + shape.extra_stride;
  const std::int64_t elements = shape.rows * shape.cols == 0 ? 0 : shape.rows * stride;
  auto args = client::make_args<fp8oracle_quantize_args>(side.keep(scheme.resolved()));
  const auto element = static_cast<std::uint64_t>(size_of(type));
  const Block input =
      side.make(random_elements(type, elements, seed), shape.input_offset * element);
  args.input = {input.buffer, static_cast<std::uint32_t>(type), shape.rows, shape.cols, stride};
  if (elements == 0) args.input.data = {};
  std::vector<Block> outputs;
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    if (!scheme.has(direction)) continue;
    const ScaleGrid scales = scale_grid(scheme.resolved(), direction, shape.rows, shape.cols);
    outputs.push_back(
        side.make(static_cast<std::uint64_t>(shape.rows * shape.cols), shape.output_offset));
    outputs.push_back(side.make(static_cast<std::uint64_t>(scales.bytes()), shape.output_offset));
    fp8oracle_pair& pair = direction == FP8ORACLE_ROWWISE ? args.rowwise : args.columnwise;
    pair = {outputs[outputs.size() - 2].buffer, outputs.back().buffer, {}};
  }
  side.call(FP8ORACLE_OP_QUANTIZE, &args);
  Outputs bytes;
  for (const Block& block : outputs) bytes.push_back(side.read(block));
  side.free_all();
  return bytes;
}

Outputs dequantize(Side& side, const Scheme& scheme, fp8oracle_type type, const Shape& shape,
                   std::uint64_t seed) {
  const auto direction = static_cast<fp8oracle_direction>(scheme.directions);
  const std::int64_t elements = shape.rows * shape.cols;
  auto args = client::make_args<fp8oracle_dequantize_args>(side.keep(scheme.resolved()));
  const ScaleGrid scales = scale_grid(scheme.resolved(), direction, shape.rows, shape.cols);
  args.pair.codes = side.make(random_bytes(elements, seed), shape.output_offset).buffer;
  args.pair.scale_inv = scheme.grid.is_mx()
                            ? side.make(random_bytes(scales.bytes(), seed + 1)).buffer
                            : side.make_float(seed % 2 == 0 ? 0x1.6p-3f : 0x1p-140f).buffer;
  const auto element = static_cast<std::uint64_t>(size_of(type));
  const Block output =
      side.make(static_cast<std::uint64_t>(elements) * element, shape.input_offset * element);
  args.output = {output.buffer, static_cast<std::uint32_t>(type), shape.rows, shape.cols,
                 shape.cols};
  side.call(FP8ORACLE_OP_DEQUANTIZE, &args);
  Outputs bytes{side.read(output)};
  unify_nans(bytes[0], type);
  side.free_all();
  return bytes;
}

Outputs permute(Side& side, const Scheme& scheme, const Shape& shape, bool unswizzle,
                std::uint64_t seed) {
  const auto direction = static_cast<fp8oracle_direction>(scheme.directions);
  auto args = client::make_args<fp8oracle_swizzle_args>(side.keep(scheme.resolved()));
  args.rows = shape.rows;
  args.cols = shape.cols;
  const ResolvedScheme swizzled = scheme.with_layout(FP8ORACLE_LAYOUT_SWIZZLED).resolved();
  const std::int64_t plain =
      scale_grid(scheme.resolved(), direction, shape.rows, shape.cols).bytes();
  const std::int64_t other = scale_grid(swizzled, direction, shape.rows, shape.cols).bytes();
  args.input = side.make(random_bytes(unswizzle ? other : plain, seed), shape.output_offset).buffer;
  const Block output =
      side.make(static_cast<std::uint64_t>(unswizzle ? plain : other), shape.output_offset);
  args.output = output.buffer;
  side.call(unswizzle ? FP8ORACLE_OP_UNSWIZZLE : FP8ORACLE_OP_SWIZZLE, &args);
  Outputs bytes{side.read(output)};
  side.free_all();
  return bytes;
}

class CudaBlockAgreement : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
    reference_ = std::make_unique<Side>(reference::backend());
    cuda_ = std::make_unique<Side>(cuda::backend());
  }

  // Runs on both sides and compares every output.
  template <class Run>
  void agree(const Run& run, const std::string& name) {
    const Outputs expected = run(*reference_), observed = run(*cuda_);
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_EQ(difference(expected[i], observed[i], false), "") << name << ", output " << i;
  }

  // Calls f(scheme, type, shape, seed) for every scheme of every profile; the large shapes for
  // BF16 and E4M3 alone.
  template <class F>
  static void for_each(const F& f) {
    std::uint64_t seed = 1;
    for (const Profile& profile : builtin_profiles()) {
      for (const Scheme& scheme : schemes_of(profile)) {
        if (!is_taken(scheme)) continue;
        for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16})
          for (const Shape& shape : kShapes) f(scheme, type, fitting(shape, scheme), seed++);
        if (profile.name != "te" || scheme.format.name != "e4m3") continue;
        for (const Shape& shape : kLargeShapes)
          f(scheme, FP8ORACLE_BF16, fitting(shape, scheme), seed++);
      }
    }
  }

 private:
  std::unique_ptr<Side> reference_, cuda_;
};

TEST_F(CudaBlockAgreement, QuantizeWritesTheReferencesBytes) {
  for_each(
      [this](const Scheme& scheme, fp8oracle_type type, const Shape& shape, std::uint64_t seed) {
        if (!scheme.grid.is_mx()) return;
        agree([&](Side& side) { return quantize(side, scheme, type, shape, seed); },
              name_of(shape, type, scheme));
      });
}

TEST_F(CudaBlockAgreement, DequantizeWritesTheReferencesBytes) {
  for_each(
      [this](const Scheme& scheme, fp8oracle_type type, const Shape& shape, std::uint64_t seed) {
        if (scheme.directions == 3) return;
        agree([&](Side& side) { return dequantize(side, scheme, type, shape, seed); },
              name_of(shape, type, scheme));
      });
}

TEST_F(CudaBlockAgreement, SwizzleAndUnswizzleWriteTheReferencesBytes) {
  for_each([this](const Scheme& scheme, fp8oracle_type type, const Shape& shape,
                  std::uint64_t seed) {
    const bool permutable =
        scheme.grid.is_mx() && scheme.directions != 3 && scheme.layout != FP8ORACLE_LAYOUT_SWIZZLED;
    if (!permutable || type != FP8ORACLE_BF16) return;
    for (const bool unswizzle : {false, true}) {
      agree([&](Side& side) { return permute(side, scheme, shape, unswizzle, seed); },
            name_of(shape, type, scheme) + (unswizzle ? " unswizzle" : " swizzle"));
    }
  });
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
