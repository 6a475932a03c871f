// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"

namespace fp8oracle::reference {

/// The reference as a backend: every knob of every profile, on the CPU, in one thread.
const fp8oracle_backend_table& backend();

}  // namespace fp8oracle::reference
