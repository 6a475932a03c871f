// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle {

/// a / b rounded up; a >= 0, b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0); }
constexpr std::int64_t round_up(std::int64_t a, std::int64_t b) { return ceil_div(a, b) * b; }

/// A rectangle of a matrix: its upper left corner and its size.
struct Window {
  std::int64_t row = 0, col = 0, rows = 0, cols = 0;
};

/// The shape of one direction's codes: [rows, cols] as stored; transposed when the stored rows are
/// the input's columns.
struct CodesShape {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  bool transposed = false;
  /// Index of the code of element (row, col) of the input.
  std::int64_t index(std::int64_t row, std::int64_t col) const {
    return transposed ? col * cols + row : row * cols + col;
  }
};

/// Preconditions: rows, cols >= 0, rows * cols representable, one bit in `direction`.
CodesShape codes_shape(const ResolvedScheme& scheme, fp8oracle_direction direction,
                       std::int64_t rows, std::int64_t cols);

/// Bytes of one element of the type.
constexpr std::int64_t size_of(fp8oracle_type type) { return type == FP8ORACLE_F32 ? 4 : 2; }

}  // namespace fp8oracle
