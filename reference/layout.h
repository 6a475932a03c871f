// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::reference {

// Which byte belongs to which block is said by fp8oracle/scale_grid.h.

/// Copies every block's scale from its plain place (compact or padded) to its swizzled one. Padding
/// of the output is zero; padding of the input is not read [K19].
void swizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args);
/// The way back.
void unswizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args);

}  // namespace fp8oracle::reference
