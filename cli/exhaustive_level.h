// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/subject.h"

namespace fp8oracle::cli {

/// What level exhaustive adds to the cases of level full: the tiers of `fp8oracle sweep`, one line
/// each. Returns the exit code.
int run_exhaustive_tiers(const Subject& subject);

}  // namespace fp8oracle::cli
