// SPDX-License-Identifier: Apache-2.0
#include "call.h"

#include <gtest/gtest.h>

#include "fp8oracle/layout.h"
#include "optimized/cpu/backend.h"
#include "optimized/cpu/target.h"
#include "scalar_model.h"

namespace fp8oracle::cpu_tests {

float Input::at(std::int64_t row, std::int64_t col) const {
  const auto type = static_cast<fp8oracle_type>(matrix.type);
  const std::int64_t size = size_of(type);
  std::uint32_t bits = 0;
  std::memcpy(&bits, memory.data() + (row * matrix.row_stride + col) * size,
              static_cast<std::size_t>(size));
  return widen(type, bits);
}

Input make_input(fp8oracle_type type, const Shape& shape, const std::vector<float>& pool,
                 std::uint32_t seed) {
  const std::int64_t size = size_of(type);
  const std::int64_t stride = shape.row_stride == 0 ? shape.cols : shape.row_stride;
  const bool empty = shape.rows == 0 || shape.cols == 0;
  const std::int64_t elements = empty ? 0 : (shape.rows - 1) * stride + shape.cols;
  Input input{{}, Exact(elements * size, shape.offset * size)};
  std::mt19937 random(seed);
  for (std::int64_t i = 0; i < elements; ++i) {
    const auto next = [&] { return static_cast<std::uint32_t>(random()); };
    const std::uint32_t draw = next();
    const bool aimed = !pool.empty() && draw % 8 != 0;
    const std::uint32_t bits = aimed ? narrow(type, pool[next() % pool.size()]) : next();
    std::memcpy(input.memory.data() + i * size, &bits, static_cast<std::size_t>(size));
  }
  input.matrix = {input.memory.buffer(), static_cast<std::uint32_t>(type), shape.rows, shape.cols,
                  stride};
  return input;
}

Quantized quantize(const fp8oracle_scheme& scheme, Input& input, Scalars scalars,
                   std::int64_t output_offset, std::uint8_t fill) {
  fp8oracle_quantize_args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme;
  args.input = input.matrix;
  if (scalars.scale != nullptr) args.scale = {scalars.scale, 4};
  if (scalars.amax != nullptr) args.amax = {scalars.amax, 4};
  std::vector<Exact> memory;
  memory.reserve(4);
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    const bool wanted = (scheme.directions & static_cast<unsigned>(direction)) != 0;
    const CodesShape codes = codes_shape(scheme, direction, input.matrix.rows, input.matrix.cols);
    const ScaleInvShape scales =
        scale_inv_shape(scheme, direction, input.matrix.rows, input.matrix.cols);
    memory.emplace_back(wanted ? codes.rows * codes.cols : 0, output_offset, fill);
    memory.emplace_back(wanted ? scales.bytes() : 0, 0, fill);
    if (!wanted) continue;
    fp8oracle_pair& pair = direction == FP8ORACLE_ROWWISE ? args.rowwise : args.columnwise;
    pair = {memory[memory.size() - 2].buffer(), memory.back().buffer()};
    if (scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR && scheme.directions == 3) {
      pair.scale_inv = args.rowwise.scale_inv;  // one buffer for both
    }
  }
  Quantized result;
  char text[256] = {};
  result.status = cpu::backend().quantize(&args, nullptr, {text, sizeof text});
  result.message = text;
  for (std::size_t d : {0u, 1u}) {
    result.codes[d] = memory[2 * d].copy();
    result.scale_inv[d] = memory[2 * d + 1].copy();
  }
  return result;
}

void on_every_target(const std::function<void()>& body) {
  for (const std::string& name : cpu::target_names()) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(cpu::select_target(name));
    body();
    if (testing::Test::HasFatalFailure()) break;
  }
  cpu::select_target("");
}

fp8oracle_scheme scheme_of(const std::string& name) {
  return parse_scheme(name, find_profile(name.substr(name.rfind('.') + 1))).abi();
}

fp8oracle_scheme with_knob(fp8oracle_scheme scheme, std::uint32_t fp8oracle_knobs::*knob,
                           std::uint32_t value) {
  scheme.knobs.*knob = value;
  return scheme;
}

}  // namespace fp8oracle::cpu_tests
