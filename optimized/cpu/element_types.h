// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"

namespace fp8oracle::cpu {

/// The 16-bit inputs as types of their own: neither is an integer to compute with. FP32 is float.
struct Bf16 {
  std::uint16_t bits;
};
struct F16 {
  std::uint16_t bits;
};

inline constexpr std::int32_t kFloatInfBits = 0x7F800000;
inline constexpr std::int32_t kFloatMagnitude = 0x7FFFFFFF;

}  // namespace fp8oracle::cpu
