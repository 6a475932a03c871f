// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "device/scale_layout.cuh"
#include "e8m0_rule.h"
#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::cuda {

/// One direction of an MX cast; codes are null where the direction is not wanted.
struct MxOutput {
  std::uint8_t* codes;
  std::uint8_t* scale_inv;
  ScaleLayout layout;
  bool transposed;  ///< codes are [cols, rows]
};

/// All that an MX kernel reads besides the tensor. Passed by value.
struct MxCast {
  const void* input;
  std::int64_t rows;
  std::int64_t cols;
  std::int64_t row_stride;
  E8m0Rule e8m0;
  MxOutput rowwise;
  MxOutput columnwise;
  const float* noop;
  /// Every eight elements that start at a multiple of eight can be loaded with 16-byte loads, and
  /// their codes stored whole (columnwise transposed: sixteen rows of codes).
  bool aligned;
};

MxCast mx_cast(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args);

/// Whether the operation has anything to do: with no element there is no scale either [K24].
inline bool is_empty(const MxCast& cast) { return cast.rows == 0 || cast.cols == 0; }

}  // namespace fp8oracle::cuda
