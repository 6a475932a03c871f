// SPDX-License-Identifier: Apache-2.0
#include "call.h"

#include <gtest/gtest.h>

#include "fp8oracle/layout.h"
#include "fp8oracle/resolved_scheme.h"
#include "fp8oracle/scale_grid.h"
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

QuantizeCall::QuantizeCall(const ResolvedScheme& scheme, const Input& input, Scalars scalars)
    : abi_(scheme, "te") {
  args_.struct_size = sizeof args_;
  args_.scheme = abi_.get();
  args_.input = input.matrix;
  if (scalars.scale != nullptr) args_.scale = {scalars.scale, 4};
  if (scalars.amax != nullptr) args_.amax = {scalars.amax, 4};
  memory_.reserve(4);
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    const bool wanted = scheme.has(direction);
    const CodesShape codes = codes_shape(scheme, direction, input.matrix.rows, input.matrix.cols);
    const ScaleGrid scales = scale_grid(scheme, direction, input.matrix.rows, input.matrix.cols);
    memory_.emplace_back(wanted ? codes.rows * codes.cols : 0);
    memory_.emplace_back(wanted ? scales.bytes() : 0);
    if (!wanted) continue;
    fp8oracle_pair& pair = direction == FP8ORACLE_ROWWISE ? args_.rowwise : args_.columnwise;
    pair.codes = memory_[memory_.size() - 2].buffer();
    pair.scale_inv = memory_.back().buffer();
    if (scheme.grid.scale_is_given() && scheme.directions == 3) {
      pair.scale_inv = args_.rowwise.scale_inv;  // one buffer for both
    }
  }
}

Quantized QuantizeCall::run() const {
  Quantized result;
  char text[256] = {};
  result.status = cpu::backend().quantize(&args_, nullptr, {text, sizeof text});
  result.message = text;
  for (std::size_t d : {0u, 1u}) {
    result.codes[d] = memory_[2 * d].copy();
    result.scale_inv[d] = memory_[2 * d + 1].copy();
  }
  return result;
}

Quantized quantize(const ResolvedScheme& scheme, const Input& input, Scalars scalars) {
  return QuantizeCall(scheme, input, scalars).run();
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

ResolvedScheme scheme_of(const std::string& name) {
  return parse_scheme(name, find_profile(name.substr(name.rfind('.') + 1))).resolved();
}

ResolvedScheme with_knob(ResolvedScheme scheme, std::uint32_t Knobs::*knob, std::uint32_t value) {
  scheme.knobs.*knob = value;
  return scheme;
}

}  // namespace fp8oracle::cpu_tests
