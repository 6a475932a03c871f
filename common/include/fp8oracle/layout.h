// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"

namespace fp8oracle {

inline constexpr std::int64_t kMxBlock = 32;

/// a / b rounded up; a >= 0, b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0); }
constexpr std::int64_t round_up(std::int64_t a, std::int64_t b) { return ceil_div(a, b) * b; }

/// The shape of one direction's codes: [rows, cols] as stored; transposed when the stored rows are
/// the input's columns.
struct CodesShape {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  bool transposed = false;
};

/// The shape of one direction's scale_inv as stored (the table in docs/abi.md).
/// Which byte of a swizzled buffer belongs to which block is the business of the implementations.
struct ScaleInvShape {
  std::int64_t rows = 0;       ///< stored rows, padding included
  std::int64_t cols = 0;       ///< stored columns, padding included
  std::int64_t used_rows = 0;  ///< rows that carry scales (before swizzling)
  std::int64_t used_cols = 0;
  std::int64_t element_bytes = 1;  ///< 4: FP32, 1: E8M0
  bool swizzled = false;
  std::int64_t elements() const { return rows * cols; }
  std::int64_t bytes() const { return elements() * element_bytes; }
};

/// Preconditions of both: rows, cols >= 0, rows * cols representable, one bit in `direction`.
CodesShape codes_shape(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                       std::int64_t rows, std::int64_t cols);
ScaleInvShape scale_inv_shape(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                              std::int64_t rows, std::int64_t cols);

/// Bytes of one element of the type.
constexpr std::int64_t size_of(fp8oracle_type type) { return type == FP8ORACLE_F32 ? 4 : 2; }

}  // namespace fp8oracle
