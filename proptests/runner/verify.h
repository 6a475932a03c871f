// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"
#include "runner/report.h"
#include "runner/session.h"

namespace fp8oracle::runner {

/// kSanitize: few cases, each kernel on each type and kind of shape, for runs under a sanitizer.
enum class Level { kSmoke, kFull, kExhaustive, kSanitize };
std::string_view to_string(Level level);
Level parse_level(const std::string& word);

/// Opens one more session on the backend under test; called once a thread.
using SessionFactory = std::function<std::unique_ptr<Session>()>;

struct VerifyOptions {
  std::vector<Profile> profiles;
  std::string scheme_pattern;           ///< empty = all
  std::vector<std::string> clause_ids;  ///< empty = all
  Level level = Level::kSmoke;
  std::optional<double> seconds;  ///< runs rounds of new cases until the time is over
  std::uint64_t seed = 1;
  unsigned threads = 0;                ///< 0 = all cores
  bool stop_at_first_failure = false;  ///< for mutants: one red is enough
  bool shrink = true;
  /// Called with (done, all) items, for a progress line; may be empty.
  std::function<void(std::size_t, std::size_t)> progress;
};

/// Runs every clause on every scheme. `reference` makes the side that is believed.
Report verify(const SessionFactory& subject, const SessionFactory& reference,
              const VerifyOptions& options);

}  // namespace fp8oracle::runner
