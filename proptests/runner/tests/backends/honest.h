// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"

namespace fp8oracle::runner {

/// What the misbehaving backends are made from: a table in host memory whose quantize writes kCode
/// and a scale_inv of 1, whose amax writes 1, which denies dequantize and has no other operation.
inline constexpr unsigned char kCode = 0x38;
fp8oracle_backend_table honest_table(const char* name);

/// The same with `quantize` in place of its own; lives as long as the library.
using Quantize = decltype(fp8oracle_backend_table::quantize);
const fp8oracle_backend_table* honest_except(const char* name, Quantize quantize);

}  // namespace fp8oracle::runner
