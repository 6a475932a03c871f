// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "element_rule.h"
#include "scale_layout.h"

namespace fp8oracle::cpu {

/// One direction of a quantize_given, the same for all of its tiles.
struct GivenCall {
  ElementRule rule;
  std::uint8_t* codes = nullptr;
  BlockScales scales;   ///< without: `factor` for all
  float factor = 1.0f;  ///< RN(1 / scale_inv), or scale_inv where `divide`
  bool divide = false;
  bool transposed = false;  ///< codes are [cols, rows]
};

}  // namespace fp8oracle::cpu
