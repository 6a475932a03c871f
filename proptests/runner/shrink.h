// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/case.h"
#include "runner/judge.h"
#include "runner/session.h"

namespace fp8oracle::runner {

/// How long shrinking may take: a backend that hangs answers a run only after its time limit.
struct ShrinkBudget {
  int runs = 400;  ///< of the subject
  double seconds = 10;
};

/// What shrinking came to.
struct Shrunk {
  Case smallest;
  Trial trial;  ///< of the smallest
  /// False: the case stands as it is. It passed when it was run once more ...
  bool fails_again = true;
  /// ... or, where this says why, it could not be run.
  std::string unable{};
};

/// The smallest history found that still breaks the same clause in the same scheme: fewer steps,
/// then the first differing element alone (bulk zero), then a smaller shape, no stride and offset,
/// then a simpler value and scale. Works on the case itself, so inputs from files shrink too.
/// `trial` is how `c` failed.
Shrunk shrink(const std::string& clause, const Case& c, const Trial& trial, Session& reference,
              Session& subject, const ShrinkBudget& budget = {});

}  // namespace fp8oracle::runner
