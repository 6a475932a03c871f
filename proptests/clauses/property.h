// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "fp8oracle/compare.h"
#include "fp8oracle/outcome.h"
#include "plans/plan.h"

namespace fp8oracle::clauses {

/// What a property sees of a finished case when it decides what is its own.
struct Verdict {
  const Case& c;
  const Arena& arena;
  const Comparison& comparison;
};

/// The executable form of one clause: which histories it makes, and which departures are its own.
///
/// Every case is compared with the reference in full. A departure counts for the clause that owns
/// it: for this one if claims() says so, else for the clause that default_clause() names. None is
/// lost.
struct Property {
  std::string_view clause{};
  /// Cases a scheme at level smoke; the other levels multiply it.
  int smoke_cases = 4;
  /// Which schemes the clause speaks of.
  std::function<bool(const Scheme&)> applies{};
  /// Plan and scheme to a history. Pure.
  std::function<Case(const Scheme&, const plans::Plan&)> make{};
  /// Whether the departure is this clause's own; absent = only those that default to it.
  std::function<bool(const Difference&, const Verdict&)> claims{};
  /// What the subject must keep to by itself, without the reference (two casts alike, ...); found
  /// departures are this clause's.
  std::function<std::vector<Difference>(const Case&, const Arena&, const Outcome& subject)> check{};
  /// The shapes it draws; absent = shape_limits(scheme).
  std::function<plans::ShapeLimits(const Scheme&)> limits{};
  /// Operations without which a case shows nothing. Steps of other operations that the backend does
  /// not support are left out of the history.
  std::vector<fp8oracle_operation> needs{FP8ORACLE_OP_QUANTIZE};
  /// Without capture and replay a case shows nothing. Where they are not needed, a backend that
  /// lacks them runs the recorded operations at once.
  bool needs_capture = false;
  /// Its inputs are ordinary data: if nearly all codes were one code, the pass would prove nothing.
  bool ordinary = false;
};

/// All properties, in the order of the clauses. One a clause.
std::span<const Property> properties();

/// The clause that a departure belongs to when the case's own does not claim it: by the kind of
/// departure and the role of the buffer.
std::string_view default_clause(const Difference& d, const Verdict& v);

}  // namespace fp8oracle::clauses
