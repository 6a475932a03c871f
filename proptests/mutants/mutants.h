// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/backend.h"

// Deliberately wrong backends. Each is one small kernel with one decision made wrongly, the way
// some published kernel once made it; together they measure what the properties can see.
namespace fp8oracle::mutants {

struct Mutant {
  std::string name;     ///< stable id: "L01-rtz", "amax-of-scaled"
  std::string clause;   ///< the clause whose cases must kill it: "K10"
  std::string family;   ///< "rounding", "layout", ...
  std::string summary;  ///< the line of the kernel that is wrong
  std::string source;   ///< where it was seen: "TE #3262", "classic L01", "contract K9"
  std::string
      equivalent;       ///< empty; else why no input tells it from the correct kernel in `profile`
  std::string profile;  ///< the profile it lives in; "" = any of those that have its schemes
  const fp8oracle_backend_table* table = nullptr;
  bool isolated = false;  ///< may crash or hang: run it in a child
};

/// All of them, in the order of the families. The tables live as long as the program. Different
/// threads may drive different mutants, or the same one on different streams.
const std::vector<Mutant>& mutants();
/// nullptr when there is none of this name.
const Mutant* find_mutant(std::string_view name);

/// The kernel with every decision made rightly: the control, which must pass everything.
const fp8oracle_backend_table& correct_kernel();
/// The same behind a stream that runs nothing before the host waits, with every operation, capture
/// and replay: the second control.
const fp8oracle_backend_table& correct_queued_kernel();

}  // namespace fp8oracle::mutants
