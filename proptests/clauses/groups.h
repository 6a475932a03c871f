// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "clauses/property.h"

namespace fp8oracle::clauses {

std::vector<Property> ownership();   ///< K2, K4, K5, K6, K7
std::vector<Property> per_tensor();  ///< K9 ... K14
std::vector<Property> block();       ///< K15 ... K18
std::vector<Property> layout();      ///< K18, K19
std::vector<Property> directions();  ///< K20, K21
std::vector<Property> control();     ///< K23, K24, K25
std::vector<Property> fused();       ///< K26
std::vector<Property> streams();     ///< K3, K27, K32
std::vector<Property> repeat();      ///< K30
std::vector<Property> boundary();    ///< K31

/// The tensor that carries the case's scheme. Throws UsageError where there is none.
const TensorDecl& first_tensor(const Case& c);

/// Whether the byte belongs to no block of a swizzled scale_inv. A comparison does not know which
/// bytes those are.
bool in_swizzled_padding(const Difference& d, const Verdict& v);

}  // namespace fp8oracle::clauses
