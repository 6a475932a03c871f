// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

namespace fp8oracle::mutants {

const std::uint8_t* element_at(const fp8oracle_matrix& matrix, std::int64_t row, std::int64_t col) {
  const std::int64_t size = size_of(static_cast<fp8oracle_type>(matrix.type));
  return static_cast<const std::uint8_t*>(matrix.data.data) +
         (row * matrix.row_stride + col) * size;
}

CodesPlan codes_plan(const fp8oracle_scheme& scheme, unsigned direction,
                     const fp8oracle_buffer& buffer, std::int64_t rows, std::int64_t cols) {
  return {buffer, codes_shape(scheme, static_cast<fp8oracle_direction>(direction), rows, cols),
          cols};
}

ScalePlan scale_plan(const fp8oracle_scheme& scheme, unsigned direction,
                     const fp8oracle_buffer& buffer, std::int64_t rows, std::int64_t cols,
                     fp8oracle_operation operation) {
  ScalePlan plan;
  plan.buffer = buffer;
  plan.shape = scale_inv_shape(scheme, static_cast<fp8oracle_direction>(direction), rows, cols);
  plan.direction = direction;
  plan.layout = scheme.layout;
  // Columnwise `same` is not transposed, except that the swizzle is of the transpose [K18].
  plan.stored_transposed = direction == FP8ORACLE_COLUMNWISE &&
                           scheme.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_SAME &&
                           scheme.layout != FP8ORACLE_LAYOUT_SWIZZLED;
  plan.operation = operation;
  return plan;
}

}  // namespace fp8oracle::mutants
