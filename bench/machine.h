// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "results.h"

namespace fp8oracle::bench {

/// Whether the backend computes in host memory; device begins with "CPU" then.
bool is_host(const fp8oracle_backend_table& table);

/// Where and when: machine, gpu, driver, toolkit, date, backend, device; the rest is empty.
Results describe_run(const fp8oracle_backend_table& table);

}  // namespace fp8oracle::bench
