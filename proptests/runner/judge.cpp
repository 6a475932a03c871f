// SPDX-License-Identifier: Apache-2.0
#include "runner/judge.h"

#include "fp8oracle/error.h"

namespace fp8oracle::runner {

const Difference* Trial::first(std::string_view clause) const {
  for (const Attributed& a : departures) {
    if (a.clause == clause) return &a.difference;
  }
  return nullptr;
}

const clauses::Property& property_of(std::string_view clause) {
  for (const clauses::Property& p : clauses::properties()) {
    if (p.clause == clause) return p;
  }
  throw UsageError("no property for clause '" + std::string(clause) + "'");
}

Trial judge(const clauses::Property& property, const Case& c, Session& reference,
            Session& subject) {
  Trial trial;
  trial.arena = lay_out(c);
  trial.reference = reference.run(c, Fill::kA);
  trial.subject = subject.run(c, Fill::kA);
  const Outcome other = trial.subject.death ? trial.subject : subject.run(c, Fill::kB);
  trial.comparison = compare(c, trial.arena, trial.reference, trial.subject, other);

  const clauses::Verdict verdict{c, trial.arena, trial.comparison};
  for (const Difference& d : trial.comparison.differences) {
    const bool own = property.claims && property.claims(d, verdict);
    trial.departures.push_back({own ? property.clause : clauses::default_clause(d, verdict), d});
  }
  if (property.check) {
    for (Difference& d : property.check(c, trial.arena, trial.subject)) {
      trial.departures.push_back({property.clause, std::move(d)});
    }
  }
  return trial;
}

}  // namespace fp8oracle::runner
