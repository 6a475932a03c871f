// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "fp8oracle/case.h"
#include "plans/plan.h"

namespace fp8oracle::runner {

// Level sanitize: a sanitizer slows a kernel down a hundred times, so each kernel runs once on each
// type and kind of shape, and not once a clause.

/// Which of {F32, BF16, F16} x {full tiles, tail, unaligned} the n-th case of a clause and scheme
/// is. Empty shapes come from the clause about them (K24).
inline constexpr std::uint64_t kSanitizeVariants = 9;
void force_variant(plans::Plan& plan, const plans::ShapeLimits& limits, std::uint64_t variant);

/// The cells operation x granularity x directions x layout x type x kind of shape that have run;
/// the second format and transposed columnwise codes count once an operation and scheme.
class SanitizeCells {
 public:
  /// Whether the case has a step in a cell that no case before it had; notes its cells.
  bool adds(const Case& c);

 private:
  std::set<std::string> seen_;
};

}  // namespace fp8oracle::runner
