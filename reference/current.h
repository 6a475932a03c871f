// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::reference {

/// Current scaling is three operations one after the other, amax and scale in cells of its own
/// where the caller wants none:
///
///   amax  = max|input|                overwritten [K12]
///   scale = scale_from_amax(amax)     the scale that stood there is the previous one [K14]
///   quantize(input, scale)
void quantize_current(const ResolvedScheme& scheme, const fp8oracle_quantize_current_args& args);

}  // namespace fp8oracle::reference
