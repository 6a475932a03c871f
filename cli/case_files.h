// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/case.h"
#include "runner/finding.h"

namespace fp8oracle::cli {

/// Writes the finding's smallest case into `folder`, which is made where it is missing, under a
/// name that tells clause, scheme, seed and number. Returns the path.
std::string save_case(const std::string& folder, const runner::Finding& finding);

/// Reads and checks such a file. Throws UsageError "PATH: ...".
Case load_case(const std::string& path);

}  // namespace fp8oracle::cli
