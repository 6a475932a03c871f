// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::cli {

/// One tensor is cast once; then the recipe's scale changes. The old rule keeps scale_inv with the
/// recipe and makes it anew from the scale; the new rule keeps the one that the cast wrote. What
/// each gives for the same codes, side by side.
std::string explain_scale_changes(const Format& format, const Knobs& knobs, float x, float scale);

}  // namespace fp8oracle::cli
