// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "kernel.h"

namespace fp8oracle::mutants {

const std::uint8_t* element_at(const fp8oracle_matrix& matrix, std::int64_t row, std::int64_t col) {
  const std::int64_t size = size_of(static_cast<fp8oracle_type>(matrix.type));
  return static_cast<const std::uint8_t*>(matrix.data.data) +
         (row * matrix.row_stride + col) * size;
}

CodesPlan codes_plan(const ResolvedScheme& scheme, unsigned direction,
                     const fp8oracle_buffer& buffer, std::int64_t rows, std::int64_t cols) {
  return {buffer, codes_shape(scheme, static_cast<fp8oracle_direction>(direction), rows, cols),
          cols};
}

ScalePlan scale_plan(const ResolvedScheme& scheme, unsigned direction,
                     const fp8oracle_buffer& buffer, std::int64_t rows, std::int64_t cols,
                     fp8oracle_operation operation) {
  ScalePlan plan;
  plan.buffer = buffer;
  plan.shape = scale_grid(scheme, static_cast<fp8oracle_direction>(direction), rows, cols);
  plan.direction = direction;
  plan.layout = scheme.layout;
  plan.operation = operation;
  return plan;
}

namespace {

/// Byte of element `index`, or -1 where it does not lie in the buffer.
std::int64_t byte_of(const ScalePlan& plan, std::int64_t index) {
  const std::int64_t count =
      static_cast<std::int64_t>(plan.buffer.bytes) / plan.shape.element_bytes;
  return index < 0 || index >= count ? -1 : index * plan.shape.element_bytes;
}

}  // namespace

void store_scale(const ScalePlan& plan, std::int64_t index, std::uint32_t bits) {
  const std::int64_t at = byte_of(plan, index);
  if (at < 0) return;
  // Little-endian: the first byte of an E8M0 code is all of it.
  std::memcpy(static_cast<std::uint8_t*>(plan.buffer.data) + at, &bits,
              static_cast<std::size_t>(plan.shape.element_bytes));
}

std::uint32_t fetch_scale(const ScalePlan& plan, std::int64_t index) {
  const std::int64_t at = byte_of(plan, index);
  std::uint32_t bits = 0;
  if (at < 0) return bits;
  std::memcpy(&bits, static_cast<const std::uint8_t*>(plan.buffer.data) + at,
              static_cast<std::size_t>(plan.shape.element_bytes));
  return bits;
}

}  // namespace fp8oracle::mutants
