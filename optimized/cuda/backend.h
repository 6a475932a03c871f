// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/backend.h"

namespace fp8oracle::cuda {

/// The CUDA backend on the current device. The table exists without a device too: its supports()
/// then says why nothing runs.
const fp8oracle_backend_table& backend();

/// Why no operation can run here ("no CUDA device: ..."), or empty.
std::string device_problem();

}  // namespace fp8oracle::cuda
