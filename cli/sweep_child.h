// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace fp8oracle::cli {

/// What is said about a sweep while it runs.
struct SweepListener {
  std::function<void(const std::string& line)> print;
  std::function<void(const std::string& tier, std::size_t done, std::size_t all)> progress;
};

/// Sweeps a library or a mutant in a child process, a second run of this program, and relays what
/// it says. The child's death, or ten minutes without a finished chunk, is a FAILED line that names
/// the tier, and exit code 1; before the backend is loaded it is a BackendError.
int sweep_in_child(const std::string& backend, const std::vector<std::string>& tiers,
                   const SweepListener& listener);

/// The child's side, for the hidden option --in-child.
int sweep_as_child(const std::string& backend, const std::vector<std::string>& tiers);

}  // namespace fp8oracle::cli
