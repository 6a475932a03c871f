// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"
#include "fp8oracle/scale_grid.h"
#include "reference/tile.h"

namespace fp8oracle::reference {

/// y = RN(decode(code) * scale_inv) in FP32, then one rounding to the output's type [K6]. The
/// output is the logical [rows, cols] tensor, whichever direction the pair has.
void dequantize(const ResolvedScheme& scheme, const fp8oracle_dequantize_args& args);

/// The scale_inv of each element of the window, as FP32.
Tile load_scale_inv(const fp8oracle_buffer& scale_inv, const ScaleGrid& scales, const Window& w);

}  // namespace fp8oracle::reference
