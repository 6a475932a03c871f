// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "reference/tile.h"

namespace fp8oracle::reference {

/// The number that is encoded, one FP32 rounding [K10]:
///
///   product = x*s    RN(x * scale)
///   product = x/r    RN(x / scale_inv), scale_inv = scale_inverse(scale) as it is stored
Tile scaled(const Tile& x, float scale, const fp8oracle_knobs& knobs);

/// Per-tensor cast: codes rowwise and transposed, one scale_inv, amax accumulated.
///
///   code      = encode(scaled(x))            an absent scale is exactly 1
///   scale_inv = RN(1 / scale)                also for an empty tensor [K24]
///   amax      = max(amax, max|x|)            of the unscaled input [K12]
void quantize_tensor(const fp8oracle_quantize_args& args);

}  // namespace fp8oracle::reference
