// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::reference {

/// What is special about encoding one number: for counting what a run has covered.
struct CodeTraits {
  bool tie = false;            ///< exactly halfway between two neighbouring codes, both <= max code
  bool subnormal = false;      ///< the rounded code is subnormal (also when the profile flushes it)
  bool saturated = false;      ///< finite, but the rounded code exceeds the largest one
  bool nan = false;            ///< NaN
  bool inf = false;            ///< +-Inf
  bool negative_zero = false;  ///< rounds to zero from -0 or below (also when the sign is dropped)
};

/// `scaled` is what the cast gets: the product of input and scale. Costs about as much as encode().
CodeTraits classify(const Format& format, const Knobs& knobs, float scaled);

}  // namespace fp8oracle::reference
