// SPDX-License-Identifier: Apache-2.0
#include "cases.h"

#include "clauses/property.h"
#include "fp8oracle/profile.h"
#include "runner/session.h"
#include "runner/support.h"

namespace fp8oracle::cuda_tests {

std::vector<Case> cases_of_every_clause(const fp8oracle_backend_table& table,
                                        const std::string& pattern) {
  std::vector<Case> cases;
  const auto session = runner::open_in_process(table);
  runner::Support support(*session);
  for (const clauses::Property& property : clauses::properties()) {
    for (const Scheme& scheme : schemes_of(find_profile("te"))) {
      if (!scheme_matches(pattern, scheme) || !property.applies(scheme)) continue;
      const auto limits = property.limits ? property.limits(scheme) : plans::shape_limits(scheme);
      Case c = property.make(scheme, plans::draw_plan(limits, 1, cases.size(), 0));
      if (support.trim(c, property).empty()) cases.push_back(std::move(c));
    }
  }
  return cases;
}

}  // namespace fp8oracle::cuda_tests
