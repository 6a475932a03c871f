// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/backend.h"
#include "target.h"  // IWYU pragma: export

namespace fp8oracle::cpu {

/// The vector backend. table.device names the Highway target and the number of threads that it
/// chose when it was first asked for.
const fp8oracle_backend_table& backend();

/// The same words for the target and the threads of this moment: "CPU, AVX3, 16 threads".
std::string device_name();

}  // namespace fp8oracle::cpu
