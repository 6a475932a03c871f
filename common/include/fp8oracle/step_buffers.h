// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"

namespace fp8oracle {

/// A buffer of the case that a step's call names.
struct StepBuffer {
  const ArenaBuffer* buffer = nullptr;
  std::string
      path;  ///< the field, as the ABI spells it: "rowwise.codes"; controls: "cell", "buffer"
  bool written = false;
};

/// Every buffer that the step is given, whether or not it will run. A buffer that is given twice
/// (one scale_inv of two directions) stands twice.
std::vector<StepBuffer> buffers_of(const Arena& arena, const Step& step);

/// Whether a step reads part of a tensor that no step before it writes: what it then finds is
/// poison, and what it makes of that proves nothing. Steps that must be refused read nothing.
bool reads_what_nothing_wrote(const Case& c);

}  // namespace fp8oracle
