// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/backend.h"

namespace fp8oracle::cuda {

/// The CUDA backend. It allocates and makes streams on the device that is current then, and calls
/// go to their stream's device, whichever is current; the table has the name of the one that is
/// current when it is first asked for. The table exists without a device too: its supports()
/// then says why nothing runs.
const fp8oracle_backend_table& backend();

/// Why no operation can run here ("no CUDA device: ..."), or empty.
std::string device_problem();

}  // namespace fp8oracle::cuda
