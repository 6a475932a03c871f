// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "fp8oracle/operations/operation.h"

// What the descriptions are called where they are shown: `fp8oracle list abi`, docs/operations.md.
namespace fp8oracle {

/// "matrix in", "cell in-out", "items", ...; no two roles share a word.
std::string_view to_string(FieldRole role);
/// "required", "optional", "of a given scale".
std::string_view to_string(Presence presence);
/// "any", "given scale", "one direction", "MX, one direction, compact or padded".
std::string_view to_string(SchemeRule rule);

}  // namespace fp8oracle
