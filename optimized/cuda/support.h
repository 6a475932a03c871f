// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::cuda {

/// The table's supports().
fp8oracle_status supports(fp8oracle_operation operation, const void* args,
                          fp8oracle_message reason);

/// Why a scheme that check_scheme() takes cannot be served here: the device, its layout, grid,
/// format or a knob that the kernels do not honour. Empty when it can.
std::string_view unsupported(fp8oracle_operation operation, const ResolvedScheme& scheme);

/// E4M3 or E5M2 of OCP; what supports() let through is one of the two.
bool is_e4m3(const Format& format);

}  // namespace fp8oracle::cuda
