// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/case.h"

namespace fp8oracle::cli {

/// A saved case step by step: what the reference says that each step must leave, with the
/// derivation of the first few codes that are not a plain zero.
std::string explain_case(const Case& c);

}  // namespace fp8oracle::cli
