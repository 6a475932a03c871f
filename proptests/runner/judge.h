// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clauses/property.h"
#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "fp8oracle/compare.h"
#include "fp8oracle/outcome.h"
#include "runner/session.h"

namespace fp8oracle::runner {

/// A departure and the clause that it counts for.
struct Attributed {
  std::string clause;  ///< its own copy: a trial outlives the case, which may have named the clause
  Difference difference;
};

/// One case run on both sides, compared, and every departure given to a clause.
struct Trial {
  Arena arena;
  Outcome reference;
  Outcome subject;  ///< under poison A
  Comparison comparison;
  std::vector<Attributed> departures;
  /// Why the subject does not support one of the calls, which it may say before it writes: the case
  /// proves nothing then. Else empty.
  std::string denied;

  /// The first departure that counts for `clause`, or null.
  const Difference* first(std::string_view clause) const;
};

/// The property of a clause. Throws UsageError for an unknown id.
const clauses::Property& property_of(std::string_view clause);

/// Runs the case on the reference once and on the subject under both poisons, and judges it.
Trial judge(const clauses::Property& property, const Case& c, Session& reference, Session& subject);
/// The subject once, without poison: for a run under a sanitizer.
Trial judge_bare(const clauses::Property& property, const Case& c, Session& reference,
                 Session& subject);

}  // namespace fp8oracle::runner
