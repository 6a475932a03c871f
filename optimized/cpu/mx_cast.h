// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "e8m0.h"
#include "element_rule.h"
#include "fp8oracle/resolved_scheme.h"
#include "scale_layout.h"

namespace fp8oracle::cpu {

/// One direction of an MX cast.
struct MxOutput {
  std::uint8_t* codes = nullptr;
  std::uint8_t* scale_inv = nullptr;
  ScaleLayout layout;
  bool wanted = false;
  bool transposed = false;  ///< codes are [cols, rows]
};

/// One MX cast, the same for all of its blocks.
struct MxCast {
  ElementRule rule;
  E8m0Rule e8m0;
  MxOutput rowwise;
  MxOutput columnwise;
  bool square = false;  ///< mx32x32
  bool stream = false;  ///< the codes are too many for the caches
};

/// Also clears the padding of the scales.
MxCast mx_cast(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args);

}  // namespace fp8oracle::cpu
