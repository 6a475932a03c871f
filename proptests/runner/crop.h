// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "fp8oracle/case.h"
#include "fp8oracle/layout.h"

namespace fp8oracle::runner {

/// The case on a part of its tensors: every input, tensor and output cut to the window, bytes that
/// a step writes cut with them. Nothing when the declarations do not share one shape, or the window
/// does not start at a block where blocks matter.
std::optional<Case> crop(const Case& c, const Window& window);

/// The shape that every input, tensor and output of the case has; nothing when they differ.
std::optional<Window> common_shape(const Case& c);

/// The case without the declarations that no step uses (one tensor is kept: it carries the scheme).
Case without_unused(Case c);

}  // namespace fp8oracle::runner
