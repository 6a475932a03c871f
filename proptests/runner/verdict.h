// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fp8oracle/scheme.h"
#include "runner/coverage.h"
#include "runner/report.h"

namespace fp8oracle::runner {

/// What one scheme's cases of a clause touched.
struct SchemeCoverage {
  const Scheme* scheme = nullptr;
  std::uint64_t cases = 0;
  const Coverage* coverage = nullptr;
};

/// Sets status and reason from the schemes. `ordinary`: see Property.
void judge_clause(ClauseResult& result, bool ordinary);

/// K10 and K11 carry the coverage of a run. Whether their cases touched enough of what they are
/// for; else the clause is MISTRUSTED with the count that is too small. Runs of fewer than 100
/// cases, which the user narrowed down, are not judged.
void judge_coverage(ClauseResult& result, const std::vector<SchemeCoverage>& schemes);

}  // namespace fp8oracle::runner
