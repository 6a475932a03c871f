// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "exhaustive/run_tier.h"

namespace fp8oracle::exhaustive {

struct SweepOptions {
  std::vector<std::string> tiers;     ///< names, or what they begin with ("mx-amax"); empty: all
  unsigned threads = 0;               ///< 0: one a core
  std::uint64_t every_nth_chunk = 1;  ///< of the two large tiers; says so in their lines
  std::string again;                  ///< the command that shows a difference again, less --tier
  std::function<void(const std::string& line)> print;  ///< one line, without its end
  std::function<void(const Tier& tier, std::uint64_t done, std::uint64_t all)> progress;
};

/// Runs the tiers on the subject, one line a tier and format as each is finished:
///
///   fp32                     e4m3   4294967296 cases      12.34 s  PASSED
///
/// A difference is followed by the first case that shows it. Returns the exit code: 0 all equal, 1
/// a difference, 3 nothing ran. Throws UsageError for an unknown tier.
int sweep(const fp8oracle_backend_table& subject, const SweepOptions& options);

/// Throws UsageError for a name that no tier has.
void expect_known_tiers(const std::vector<std::string>& names);

/// The names that SweepOptions::tiers takes.
std::vector<std::string> tier_names();

}  // namespace fp8oracle::exhaustive
