// SPDX-License-Identifier: Apache-2.0
// Per-tensor operations on shapes around every tile, strides and offsets: the CUDA table's bytes
// against the reference's, guards included.
#include <gtest/gtest.h>

#include <functional>

#include "fp8oracle/profile.h"
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

// Around the units (4, 8), the tiles (32 x 64, 128 x 64, 128 x 128) and the rows' tiles (2048 to
// 16384 elements); the last ones have more tiles than blocks run at once.
const std::vector<Shape> kShapes{
    {0, 5},
    {5, 0},
    {1, 1},
    {1, 7},
    {7, 1},
    {3, 33},
    {31, 65},
    {33, 63, 0, 1},
    {64, 64},
    {64, 64, 3},
    {64, 64, 8},
    {32, 64, 0, 0, 1},
    {128, 128},
    {127, 129},
    {129, 127, 16, 8, 8},
    {256, 192, 64},
    {160, 1024},
    {1, 16383},
    {1, 16385},
    {300, 257},
    {128, 512},
    {1024, 1024},
    {700, 1111, 1},
    {1056, 2176},
    {1, 1000001, 0, 1, 3},
};
// More tiles than blocks run at once, and what does not fit on the chip.
const std::vector<Shape> kLargeShapes{{4096, 4224}, {4103, 2049}, {2304, 8192, 64}};

std::string name_of(const Shape& s, fp8oracle_type type, const Scheme& scheme) {
  return scheme.name() + " " + std::string(to_string(type)) + " " + std::to_string(s.rows) + "x" +
         std::to_string(s.cols) + " stride+" + std::to_string(s.extra_stride) + " offset " +
         std::to_string(s.input_offset) + "/" + std::to_string(s.output_offset);
}

std::uint64_t size_of(fp8oracle_type type) { return type == FP8ORACLE_F32 ? 4 : 2; }

// Everything one case hands to an operation.
struct Memory {
  fp8oracle_matrix input{};
  fp8oracle_pair rowwise{}, columnwise{};
  std::vector<Block> outputs;  // the scalars first
  std::size_t scalars = 0;
};

Block add_scalar(Side& side, Memory& memory, float value) {
  memory.outputs.insert(memory.outputs.begin() + static_cast<std::ptrdiff_t>(memory.scalars),
                        side.make_float(value));
  return memory.outputs[memory.scalars++];
}

Memory make_memory(Side& side, const Shape& shape, fp8oracle_type type, const Scheme& scheme,
                   std::uint64_t seed) {
  Memory memory;
  const std::int64_t stride = shape.cols + shape.extra_stride;
  const std::int64_t span =
      shape.rows == 0 || shape.cols == 0 ? 0 : (shape.rows - 1) * stride + shape.cols;
  const Block input =
      side.make(random_elements(type, span, seed), shape.input_offset * size_of(type));
  memory.input = {input.buffer, static_cast<std::uint32_t>(type), shape.rows, shape.cols, stride};
  if (span == 0) memory.input.data = {};
  const auto count = static_cast<std::uint64_t>(shape.rows * shape.cols);
  const Block scale_inv = add_scalar(side, memory, -3.0f);
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    if (!scheme.has(direction)) continue;
    memory.outputs.push_back(side.make(count, shape.output_offset));
    fp8oracle_pair& pair = direction == FP8ORACLE_ROWWISE ? memory.rowwise : memory.columnwise;
    pair = {memory.outputs.back().buffer, scale_inv.buffer, {}};
  }
  return memory;
}

using Run = std::function<void(Side&, Memory&)>;

// Runs on both sides and compares every output.
void agree(Side& reference, Side& cuda, const std::function<Memory(Side&)>& make, const Run& run,
           const std::string& name) {
  std::vector<std::vector<std::uint8_t>> results[2];
  std::size_t scalars = 0;
  Side* const sides[2] = {&reference, &cuda};
  for (int i = 0; i < 2; ++i) {
    Memory memory = make(*sides[i]);
    run(*sides[i], memory);
    for (const Block& block : memory.outputs) results[i].push_back(sides[i]->read(block));
    scalars = memory.scalars;
    sides[i]->free_all();
  }
  for (std::size_t i = 0; i < results[0].size(); ++i) {
    const std::string found = difference(results[0][i], results[1][i], i < scalars);
    EXPECT_EQ(found, "") << name << ", output " << i;
  }
}

class CudaAgreement : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
  }

  using Check = std::function<void(const Scheme&, fp8oracle_type, const Shape&, std::uint64_t)>;

  // Calls check(scheme, type, shape, seed) for every per-tensor scheme of `te`; large shapes in
  // BF16 alone.
  static void for_each(const Check& check) {
    std::uint64_t seed = 1;
    for (const Scheme& scheme : schemes_of(find_profile("te"))) {
      if (scheme.grid != kTensorGrid) continue;
      for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
        for (const Shape& shape : kShapes) check(scheme, type, shape, ++seed);
      }
      if (scheme.format.name != kE4M3.name) continue;
      for (const Shape& shape : kLargeShapes) check(scheme, FP8ORACLE_BF16, shape, ++seed);
    }
  }
};

fp8oracle_quantize_args quantize_args(Side& side, const Scheme& scheme, const Memory& memory) {
  auto args = client::make_args<fp8oracle_quantize_args>(side.keep(scheme.resolved()));
  args.input = memory.input;
  args.rowwise = memory.rowwise;
  args.columnwise = memory.columnwise;
  return args;
}

TEST_F(CudaAgreement, QuantizeWritesTheReferencesBytes) {
  Side reference(reference::backend());
  Side cuda(cuda::backend());
  const auto check = [&](const Scheme& scheme, fp8oracle_type type, const Shape& shape,
                         std::uint64_t seed) {
    agree(
        reference, cuda, [&](Side& side) { return make_memory(side, shape, type, scheme, seed); },
        [&](Side& side, Memory& memory) {
          fp8oracle_quantize_args args = quantize_args(side, scheme, memory);
          args.scale = side.make_float(seed % 3 == 0 ? 3.0f : 0x1.8p-5f).buffer;
          if (seed % 5 == 0) args.scale = {};
          args.amax = add_scalar(side, memory, seed % 2 == 0 ? 0.0f : 1.0f).buffer;
          side.call(FP8ORACLE_OP_QUANTIZE, &args);
        },
        name_of(shape, type, scheme));
  };
  for_each(check);
}

TEST_F(CudaAgreement, AmaxIsTheReferencesAndItsLaunchesDoNotMeet) {
  Side reference(reference::backend());
  Side cuda(cuda::backend());
  const auto check = [&](const Scheme& scheme, fp8oracle_type type, const Shape& shape,
                         std::uint64_t seed) {
    if (scheme.directions != FP8ORACLE_ROWWISE) return;
    agree(
        reference, cuda, [&](Side& side) { return make_memory(side, shape, type, scheme, seed); },
        [&](Side& side, Memory& memory) {
          fp8oracle_amax_args args{};
          args.struct_size = sizeof args;
          args.input = memory.input;
          ResolvedScheme resolved = scheme.resolved();
          for (int repeat = 0; repeat < 3; ++repeat) {
            resolved.knobs.amax_nan =
                repeat == 1 ? FP8ORACLE_AMAX_PROPAGATE_NAN : FP8ORACLE_AMAX_DROP_NAN;
            args.scheme = side.keep(resolved);
            args.amax = add_scalar(side, memory, 77.0f).buffer;
            side.call(FP8ORACLE_OP_AMAX, &args);
            if (args.input.rows > 1) args.input.rows -= 1;
          }
        },
        name_of(shape, type, scheme));
  };
  for_each(check);
}

TEST_F(CudaAgreement, CurrentScalingIsAmaxScaleQuantize) {
  Side reference(reference::backend());
  Side cuda(cuda::backend());
  const auto check = [&](const Scheme& scheme, fp8oracle_type type, const Shape& shape,
                         std::uint64_t seed) {
    agree(
        reference, cuda, [&](Side& side) { return make_memory(side, shape, type, scheme, seed); },
        [&](Side& side, Memory& memory) {
          fp8oracle_quantize_current_args args{};
          args.struct_size = sizeof args;
          ResolvedScheme resolved = scheme.resolved();
          resolved.knobs.scale_of_bad_amax =
              seed % 2 == 0 ? FP8ORACLE_BAD_AMAX_KEEP : FP8ORACLE_BAD_AMAX_ONE;
          args.scheme = side.keep(resolved);
          args.input = memory.input;
          args.rowwise = memory.rowwise;
          args.columnwise = memory.columnwise;
          args.pow2 = seed % 3 == 0;
          args.amax = add_scalar(side, memory, 5.0f).buffer;
          args.scale = add_scalar(side, memory, 0.375f).buffer;
          side.call(FP8ORACLE_OP_QUANTIZE_CURRENT, &args);
        },
        name_of(shape, type, scheme));
  };
  for_each(check);
}

// Values small enough that the scale is neither 1 nor kept.
TEST_F(CudaAgreement, CurrentScalingOfFiniteInputs) {
  Side reference(reference::backend());
  Side cuda(cuda::backend());
  const auto check = [&](const Scheme& scheme, fp8oracle_type type, const Shape& shape,
                         std::uint64_t seed) {
    constexpr std::uint8_t mask = 0xBF;  // clears the top exponent bit
    agree(
        reference, cuda,
        [&](Side& side) {
          Memory memory = make_memory(side, shape, type, scheme, seed);
          if (memory.input.data.data == nullptr) return memory;
          const auto size = static_cast<std::size_t>(size_of(type));
          auto bytes = random_elements(
              type, static_cast<std::int64_t>(memory.input.data.bytes / size), seed);
          for (std::size_t i = size - 1; i < bytes.size(); i += size)
            bytes[i] = static_cast<std::uint8_t>(bytes[i] & mask);
          side.write(Block{nullptr, 0, memory.input.data}, bytes);
          return memory;
        },
        [&](Side& side, Memory& memory) {
          auto args =
              client::make_args<fp8oracle_quantize_current_args>(side.keep(scheme.resolved()));
          args.input = memory.input;
          args.rowwise = memory.rowwise;
          args.columnwise = memory.columnwise;
          args.amax = add_scalar(side, memory, 5.0f).buffer;
          args.scale = add_scalar(side, memory, 0.375f).buffer;
          side.call(FP8ORACLE_OP_QUANTIZE_CURRENT, &args);
        },
        name_of(shape, type, scheme));
  };
  for_each(check);
}

// 0, 1, 16, 17, 388, 389 tensors of mixed shapes, empty ones among them.
TEST_F(CudaAgreement, ManyTensorsAreAsManySingleCasts) {
  Side reference(reference::backend());
  Side cuda(cuda::backend());
  for (const std::size_t count : {0u, 1u, 16u, 17u, 388u, 389u}) {
    for (const Scheme& scheme : schemes_of(find_profile("te"))) {
      if (scheme.grid != kTensorGrid) continue;
      const fp8oracle_type type = count % 2 == 0 ? FP8ORACLE_BF16 : FP8ORACLE_F32;
      agree(
          reference, cuda, [](Side&) { return Memory{}; },
          [&](Side& side, Memory& all) {
            std::vector<fp8oracle_quantize_item> items;
            for (std::size_t i = 0; i < count; ++i) {
              Memory one = make_memory(side, kShapes[(i * 7) % 17], type, scheme, i + 1);
              const Block amax = add_scalar(side, one, 0.0f);
              items.push_back({one.input, side.make_float(0.5f + static_cast<float>(i)).buffer,
                               amax.buffer, one.rowwise, one.columnwise});
              all.outputs.insert(all.outputs.end(), one.outputs.begin(), one.outputs.end());
            }
            auto args =
                client::make_args<fp8oracle_quantize_many_args>(side.keep(scheme.resolved()));
            args.items = items.data();
            args.item_bytes = sizeof items[0];
            args.count = items.size();
            side.call(FP8ORACLE_OP_QUANTIZE_MANY, &args);
          },
          scheme.name() + " " + std::to_string(count) + " tensors");
    }
  }
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
