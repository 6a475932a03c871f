// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fp8oracle/backend.h"

namespace fp8oracle {

/// What one step left: the backend's answer and every byte of the arena after it.
struct StepOutcome {
  fp8oracle_status status = FP8ORACLE_OK;
  std::string message;
  std::vector<std::uint8_t> arena;
  /// A recorded operation: the device launches that it declares; end_capture: the nodes that were
  /// recorded [K32]. Nothing where the backend does not say.
  std::optional<std::uint64_t> launches{};
};

/// In what way a backend's process ended, or was ended.
enum class End {
  kDied,        ///< by itself: a signal, an exit, an exception that crossed the table
  kNoAnswer,    ///< killed: its time was over
  kNonsense,    ///< killed: it wrote what nobody asked for into its channel
  kNotStarted,  ///< it could not be started again
};

/// How a backend's process ended in the middle of a case.
struct Death {
  std::size_t step = 0;
  std::string reason;  ///< "killed by signal 11 (Segmentation fault)", "no answer within 10 s", ...
  End end = End::kDied;
};

struct Outcome {
  std::vector<StepOutcome> steps;
  std::optional<Death> death;  ///< set: steps holds only what was finished before
};

}  // namespace fp8oracle
