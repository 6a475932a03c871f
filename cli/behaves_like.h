// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "runner/finding.h"
#include "runner/session.h"

namespace fp8oracle::cli {

/// The known bugs that answer a failing case as the subject does: every mutant runs the case, and
/// its elements are held against the subject's where the subject is wrong. Those that agree on more
/// than half of them, best first, at most three; none where nothing was computed wrongly (a crash,
/// a status). Stops looking after `seconds`.
std::vector<runner::BehavesLike> known_bugs_like(const runner::Finding& finding,
                                                 runner::Session& subject, double seconds);

}  // namespace fp8oracle::cli
