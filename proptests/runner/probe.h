// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::runner {

/// Asks a backend whether it has an operation for a scheme and a type at all: `supports` for 256 x
/// 256 elements, dense, every buffer aligned to 256 bytes, all outputs given. Empty when it does,
/// else the reason. A call of another shape may still be denied.
std::string why_unsupported(const fp8oracle_backend_table& table, fp8oracle_operation operation,
                            AbiScheme scheme, fp8oracle_type type, bool noop = false);

}  // namespace fp8oracle::runner
