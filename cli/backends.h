// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/backend.h"

namespace fp8oracle::cli {

/// A backend that is built into the command.
struct InTreeBackend {
  std::string_view name;     ///< what --backend calls it
  std::string_view summary;  ///< one line for `fp8oracle list backends`
  const fp8oracle_backend_table& (*table)();
};

/// Everything that was built, whether it can run here or not.
const std::vector<InTreeBackend>& in_tree_backends();
const InTreeBackend* find_in_tree_backend(std::string_view name);
/// Why it cannot run on this machine, or an empty string. Starts the device.
std::string why_it_cannot_run(const InTreeBackend& backend);

/// "cpu", "reference", "cuda", "mutant:NAME" to a table: what a child process resolves. Throws
/// BackendError that lists the names.
const fp8oracle_backend_table* resolve_backend(const std::string& name);

}  // namespace fp8oracle::cli
