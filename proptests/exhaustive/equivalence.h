// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "exhaustive/run_tier.h"

namespace fp8oracle::exhaustive {

/// What a sweep said about a kernel that is wrong on paper and right in every bit.
struct Equivalence {
  bool holds = false;
  std::uint64_t cases = 0;
  std::string text;  ///< "0 of 4294967296 amaxes differ (mx-amax.te e4m3, mx-amax.te e5m2)"
};

/// Holds an MX quantizer against the reference for all 2^31 non-negative amaxes, in both formats,
/// in one built-in profile, or, with an empty name, in all whose scale rule is `up`: the scale of
/// the block, and the code of the element that is the amax.
///
/// That settles whole blocks too, for a kernel that differs in what becomes of the amax
/// (L23-truediv) or of an overflow (L09-nansat): the other elements are multiplied by the same
/// power of two, no product of theirs is larger than that of the amax, and a negative one overflows
/// where its magnitude does. Under `torchao-rceil` a NaN or an Inf makes its block NaN without
/// regard to the others.
Equivalence prove_equivalent(const fp8oracle_backend_table& kernel, const std::string& profile,
                             const TierOptions& options = {});

}  // namespace fp8oracle::exhaustive
