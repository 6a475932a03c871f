// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fp8oracle/profile.h"
#include "runner/verify.h"

namespace CLI {
class App;
}

namespace fp8oracle::cli {

/// The words of `fp8oracle verify`, as they were typed.
struct VerifyWords {
  std::optional<std::string> backend;
  std::vector<std::string> profiles;
  std::string scheme;
  std::vector<std::string> clauses;
  std::string level = "smoke";
  std::string time;
  std::uint64_t seed = 1;
  std::string input, json, save_case;
  bool isolate = false;
};

void add_options(CLI::App& command, VerifyWords& words);

/// Checks every word before anything runs. Throws UsageError that names the word and what was
/// expected.
runner::VerifyOptions to_options(const VerifyWords& words);

/// By name, or from a file where the word has a '/' or ends in ".json". None: every built-in one.
std::vector<Profile> profiles_of(const std::vector<std::string>& words);

/// "60s", "2m", "500ms", "90": seconds.
double seconds_of(const std::string& time);

/// The command that makes the same failure again: verify with the clause, scheme and seed of the
/// case.
std::string verify_again(const VerifyWords& words, const std::string& backend,
                         const std::string& clause, const std::string& scheme);
/// The same for a failure on a tensor of the input file.
std::string verify_input_again(const VerifyWords& words, const std::string& backend,
                               const std::string& scheme);
/// A word as a shell reads it back.
std::string quoted_for_shell(const std::string& word);

}  // namespace fp8oracle::cli
