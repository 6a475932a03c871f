// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runner/calls.h"

namespace fp8oracle::runner {

/// Runs steps, capture and replay among them.
///
/// On a table that cannot capture, recorded steps are kept and a replay makes their calls anew:
/// that is what a replay means, and how the reference says what it must leave. A subject that
/// cannot capture is not given such cases (Support::trim).
class Recorder {
 public:
  Recorder(const Case& c, Calls& calls, const Device& device)
      : table_(device.client().table()),
        captures_(device.client().can_capture()),
        case_(c),
        calls_(calls),
        stream_(device.stream()) {}
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();

  /// True from a capture to before its end_capture has run.
  bool recording() const { return recording_; }
  /// Runs or records step `index`. `launches`: see StepOutcome.
  fp8oracle_status run(std::size_t index, std::optional<std::uint64_t>& launches,
                       fp8oracle_message message);

 private:
  fp8oracle_status begin(std::size_t index, fp8oracle_message message);
  fp8oracle_status end(std::optional<std::uint64_t>& nodes, fp8oracle_message message);
  fp8oracle_status replay(std::size_t index, fp8oracle_message message);

  const fp8oracle_backend_table& table_;
  const bool captures_;
  const Case& case_;
  Calls& calls_;
  fp8oracle_stream stream_;
  bool recording_ = false;
  std::vector<fp8oracle_recording> recordings_;
};

}  // namespace fp8oracle::runner
