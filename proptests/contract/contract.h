// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace fp8oracle {

/// One clause of the contract between scale and scale_inv. The list is the single place that
/// defines ids and texts: reports, `fp8oracle list clauses` and docs/contract.md are made from it.
struct Clause {
  std::string_view id;         ///< "K9": stable; what a report names, what a mutant breaks
  std::string_view title;      ///< one sentence
  std::string_view statement;  ///< the rule in full
  std::string_view group;      ///< "Ownership and time", ...
};

/// Every clause that this version checks, in order.
std::span<const Clause> contract();
/// Throws UsageError that names the known ids.
const Clause& find_clause(std::string_view id);

}  // namespace fp8oracle
