// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "results.h"

namespace fp8oracle::bench {

/// How much worse than the baseline a row may be.
inline constexpr double kTolerance = 0.05;
/// Up to here a row fits the caches: what it takes to start counts, not the memory, so the time is
/// compared instead of the share of the limit.
inline constexpr std::uint64_t kSmallBytes = std::uint64_t{16} << 20;

struct Comparison {
  std::vector<std::string>
      worse;  ///< one line a row that became worse, or is not measured any more
  std::vector<std::string> notes;  ///< what could not be compared
  int compared = 0;
};

/// Of the rows that this run tried. Times are compared only between equal devices.
Comparison compare(const Results& baseline, const Results& now);

}  // namespace fp8oracle::bench
