// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"

namespace fp8oracle::cuda {

/// The table's supports(): the device, the format and the knobs that the kernels honour.
fp8oracle_status supports(fp8oracle_operation operation, const fp8oracle_scheme* scheme,
                          fp8oracle_type type, fp8oracle_message message);

/// E4M3 or E5M2 of OCP; what supports() let through is one of the two.
bool is_e4m3(const fp8oracle_format& format);

}  // namespace fp8oracle::cuda
