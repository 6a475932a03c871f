// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "mutants/mutants.h"

namespace fp8oracle::cli {

/// The deliberately wrong kernels of one kind, and the right one that they are made from.
struct MutantList {
  std::string_view backend;  ///< what `mutants --backend` calls it
  std::vector<mutants::Mutant> mutants;
  const fp8oracle_backend_table* control;
  bool complete;  ///< breaks every clause between them, and can stand in the reference's place
};

/// "cpu", and "cuda" where it was built. Throws UsageError that lists the names.
const MutantList& mutants_of(std::string_view backend);
/// In every list, and the faults that are planted for sanitizers. nullptr when there is none.
const fp8oracle_backend_table* find_mutant_table(std::string_view name);

}  // namespace fp8oracle::cli
