// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "element_rule.h"
#include "scale_layout.h"

namespace fp8oracle::cpu {

/// One dequantize, the same for all of its tiles.
struct DequantizeCall {
  DecodeRule rule;
  const std::uint8_t* codes = nullptr;
  BlockScales scales;  ///< without: `scale_inv` for all
  float scale_inv = 1.0f;
  bool transposed = false;  ///< codes are [cols, rows]
};

}  // namespace fp8oracle::cpu
