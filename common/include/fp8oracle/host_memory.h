// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"

namespace fp8oracle {

/// Fills the memory and stream entries of a table for a backend whose space is host memory and
/// whose operations finish before they return: alloc, free, streams, synchronize, upload, download,
/// copy, fill. Sets struct_size and abi_version; workspace_bytes answers 0. The operations stay
/// null.
fp8oracle_backend_table host_memory_table(const char* name, const char* device);

}  // namespace fp8oracle
