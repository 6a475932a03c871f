// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "fp8oracle/arena.h"
#include "fp8oracle/backend.h"
#include "fp8oracle/case.h"
#include "fp8oracle/outcome.h"

namespace fp8oracle::runner {

/// Drives one case through a backend's table: allocates the arena in the backend's space, uploads
/// its initial contents, makes each step's call, and downloads the whole arena after it. A
/// backend's error status is part of the outcome. So is what fails on the device once an operation
/// was called, which may have broken it; what fails before throws BackendError.
Outcome execute(const fp8oracle_backend_table& table, const Case& c, const Arena& arena, Fill fill);

/// Is handed each step as it finishes, before the next one starts: what is known when a later step
/// ends the process.
using StepSink = std::function<void(StepOutcome&&)>;
void execute(const fp8oracle_backend_table& table, const Case& c, const Arena& arena, Fill fill,
             const StepSink& sink);

/// Whether a step ended in an error of the device, which may be of no use to this process any more.
bool device_failed(const Outcome& outcome);

}  // namespace fp8oracle::runner
