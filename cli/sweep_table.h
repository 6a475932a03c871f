// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/sweep_child.h"
#include "fp8oracle/backend.h"

namespace fp8oracle::cli {

/// The sweep of one table in this process. Returns the exit code.
int sweep_table(const fp8oracle_backend_table& table, const std::string& backend,
                const std::vector<std::string>& tiers, const SweepListener& listener);

}  // namespace fp8oracle::cli
