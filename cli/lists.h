// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/listing.h"

namespace fp8oracle::cli {

/// "backends", "clauses", "profiles", "schemes", "mutants", "abi". Throws UsageError for another
/// word.
Listing list_of(const std::string& what);

}  // namespace fp8oracle::cli
