// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/case.h"
#include "runner/session.h"

namespace fp8oracle::runner {

/// The smallest history found that still breaks the same clause in the same scheme: fewer steps,
/// then the first differing element alone (bulk zero), then a smaller shape, no stride and offset,
/// then a simpler value and scale. Works on the case itself, so inputs from files shrink too. At
/// most `budget` runs of the subject.
Case shrink(const std::string& clause, const Case& c, Session& reference, Session& subject,
            int budget = 400);

}  // namespace fp8oracle::runner
