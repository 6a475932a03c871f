// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "exhaustive/tier.h"

namespace fp8oracle::exhaustive {

/// Where a subject first departs from what is expected.
struct TierDifference {
  std::uint64_t index = 0;  ///< of the case
  std::string input;
  std::string text;  ///< "rowwise.codes expected 0x38, observed 0x39"
};

struct TierResult {
  std::uint64_t cases = 0;  ///< run and compared
  double seconds = 0;
  std::string skipped;  ///< why it was not run; else empty
  std::optional<TierDifference> difference;
};

struct TierOptions {
  unsigned threads = 0;  ///< 0: one a core
  /// Above 1: a part of the tier, counted as such. Odd, or whole binades would never be met.
  std::uint64_t every_nth_chunk = 1;
  /// Called now and then, from any thread, one at a time.
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;
};

/// Drives the subject and the reference through the whole tier, each thread with its own stream and
/// buffers, and compares every element. Stops at the first difference, the one of the lowest case
/// that differs. Asserts that it ran as many cases as it was to run. Throws BackendError when the
/// subject cannot be used at all.
TierResult run_tier(const Tier& tier, const fp8oracle_backend_table& subject,
                    const TierOptions& options);

/// Whether two elements are equal by the kind's relation.
bool same_element(const Tier& tier, Kind kind, std::uint32_t expected, std::uint32_t observed);

}  // namespace fp8oracle::exhaustive
