// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "fp8oracle/case.h"

namespace fp8oracle::clauses {

/// For every field of the step's call the nearest illegal value, with the argument that the refusal
/// must name [K31]: one byte less and one more, null, an address between elements, a buffer over
/// another one, a size that overflows, a number one past its list, a struct that is too short or has
/// something behind it. Of a list, the fields of item `item`.
/// Precondition: the step is a legal operation of the case.
std::vector<Tamper> nearest_illegal(const Case& c, const Step& step, std::size_t item);

}  // namespace fp8oracle::clauses
