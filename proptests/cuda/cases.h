// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/case.h"

namespace fp8oracle::cuda_tests {

/// The first case of each clause in each scheme of `te` that fits the pattern, as far as the table
/// can run it.
std::vector<Case> cases_of_every_clause(const fp8oracle_backend_table& table,
                                        const std::string& pattern);

/// Current scaling of a tensor that fills any device and of one that fits it, in each direction.
std::vector<Case> large_current_cases();

}  // namespace fp8oracle::cuda_tests
