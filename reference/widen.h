// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"

namespace fp8oracle::reference {

// FP32, BF16 and FP16 bits as FP32 values, exactly: every BF16 and FP16 value is an FP32 value.

/// BF16 is the upper half of an FP32.
float widen_bf16(std::uint16_t bits);
/// IEEE binary16: 5 exponent bits, 10 mantissa bits, bias 15. NaN gives a NaN of its sign.
float widen_f16(std::uint16_t bits);

/// to[i] = widen(element i), for `count` elements of `type` at `from`, which may be unaligned.
void widen_all(fp8oracle_type type, const void* from, std::int64_t count, float* to);

/// The largest finite value of a type.
float largest_finite(fp8oracle_type type);

}  // namespace fp8oracle::reference
