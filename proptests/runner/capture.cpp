// SPDX-License-Identifier: Apache-2.0
#include "runner/capture.h"

#include "fp8oracle/operations/arguments.h"

namespace fp8oracle::runner {

Recorder::~Recorder() {
  table_.synchronize(stream_, {nullptr, 0});  // a replay may be on its way
  for (const fp8oracle_recording recording : recordings_) table_.recording_destroy(recording);
}

fp8oracle_status Recorder::run(std::size_t index, std::optional<std::uint64_t>& launches,
                               fp8oracle_message message) {
  const Step& step = case_.steps[index];
  if (step.is(Control::kCapture)) return begin(index, message);
  if (step.is(Control::kEndCapture)) return end(launches, message);
  if (step.is(Control::kReplay)) return replay(index, message);
  if (step.is(Control::kSynchronize)) return table_.synchronize(stream_, message);
  if (!recording_) return calls_.enqueue(step, message);
  launches = calls_.launches(step);
  // A call that must fail fails when it is made, recorded or not.
  if (!captures_ && !step.tamper) return FP8ORACLE_OK;
  return calls_.enqueue(step, message);
}

fp8oracle_status Recorder::begin(std::size_t index, fp8oracle_message message) {
  for (std::size_t i = index + 1;
       i < case_.steps.size() && !case_.steps[i].is(Control::kEndCapture); ++i) {
    const auto status = calls_.prepare(case_.steps[i], message);
    if (status != FP8ORACLE_OK) return status;
  }
  recording_ = true;
  return captures_ ? table_.capture(stream_, message) : FP8ORACLE_OK;
}

fp8oracle_status Recorder::end(std::optional<std::uint64_t>& nodes, fp8oracle_message message) {
  recording_ = false;
  if (!captures_) return FP8ORACLE_OK;
  fp8oracle_recording recording = nullptr;
  std::uint64_t count = 0;
  const auto status = table_.end_capture(stream_, &recording, &count, message);
  if (status != FP8ORACLE_OK) return status;
  recordings_.push_back(recording);
  nodes = count;
  return status;
}

fp8oracle_status Recorder::replay(std::size_t index, fp8oracle_message message) {
  if (captures_) {
    if (recordings_.empty())
      return report(FP8ORACLE_INTERNAL_ERROR, "nothing was captured to replay", message);
    return table_.replay(recordings_.back(), stream_, message);
  }
  for (const std::size_t i : steps_run_by(case_, index)) {
    if (case_.steps[i].tamper) continue;
    const auto status = calls_.enqueue(case_.steps[i], message);
    if (status != FP8ORACLE_OK) return status;
  }
  return FP8ORACLE_OK;
}

}  // namespace fp8oracle::runner
