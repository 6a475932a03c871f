// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"

namespace fp8oracle::reference {

// FP32 to the type of an output: one rounding, to nearest even, subnormals kept, overflow to Inf as
// in IEEE 754. Any NaN may come out for a NaN.

std::uint16_t narrow_to_bf16(float y);
std::uint16_t narrow_to_f16(float y);

/// to[i] = narrow(y[i]) for `count` elements; `to` may be unaligned.
void narrow_all(fp8oracle_type type, const float* y, std::int64_t count, void* to);

}  // namespace fp8oracle::reference
