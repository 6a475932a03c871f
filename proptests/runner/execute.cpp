// SPDX-License-Identifier: Apache-2.0
#include "runner/execute.h"

#include <optional>

#include "runner/calls.h"
#include "runner/capture.h"
#include "runner/device.h"

namespace fp8oracle::runner {
namespace {

/// Runs the steps in order and hands each to the sink with the arena that it left.
class Execution {
 public:
  Execution(const fp8oracle_backend_table& table, const Case& c, const Arena& arena, Fill fill,
            const StepSink& sink)
      : table_(table),
        case_(c),
        sink_(sink),
        device_(table, arena.bytes, c.asynchronous ? c.steps.size() : 0),
        calls_(table, c, arena, device_),
        recorder_(table, c, calls_, device_.stream()),
        last_(initial_arena(c, arena, fill)) {
    device_.upload(0, last_.data(), last_.size());
    wait(nullptr);
  }

  void run() {
    for (std::size_t i = 0; i < case_.steps.size(); ++i) {
      case_.asynchronous ? run_in_stream(i) : run_and_wait(i);
    }
    flush();
  }

 private:
  /// A step that the host has not waited for.
  struct Pending {
    StepOutcome outcome;
    std::optional<std::size_t> snapshot;  ///< nothing: the arena is the previous step's
  };

  StepOutcome call(std::size_t index) {
    CallMessage message;
    StepOutcome outcome;
    outcome.status = recorder_.run(index, outcome.launches, message.abi());
    outcome.message = message.text.data();
    return outcome;
  }

  void run_and_wait(std::size_t index) {
    StepOutcome outcome = call(index);
    if (!recorder_.recording()) {  // a stream that records cannot be waited for
      if (outcome.status == FP8ORACLE_OK) wait(&outcome);
      last_ = device_.download();
    }
    outcome.arena = last_;
    sink_(std::move(outcome));
  }

  void run_in_stream(std::size_t index) {
    Pending step{call(index), std::nullopt};
    if (!recorder_.recording()) step.snapshot = device_.take_snapshot();
    pending_.push_back(std::move(step));
    if (case_.steps[index].kind == StepKind::kSynchronize) flush();
  }

  /// What goes wrong on the device after a call has returned counts for the last step.
  void wait(StepOutcome* outcome) {
    CallMessage message;
    const fp8oracle_status status = table_.synchronize(device_.stream(), message.abi());
    if (outcome == nullptr || status == FP8ORACLE_OK) return;
    outcome->status = status;
    outcome->message = message.text.data();
  }

  void flush() {
    if (pending_.empty()) return;
    StepOutcome& newest = pending_.back().outcome;
    wait(newest.status == FP8ORACLE_OK ? &newest : nullptr);
    for (Pending& step : pending_) {
      if (step.snapshot) last_ = device_.snapshot(*step.snapshot);
      step.outcome.arena = last_;
      sink_(std::move(step.outcome));
    }
    pending_.clear();
    device_.clear_snapshots();
  }

  const fp8oracle_backend_table& table_;
  const Case& case_;
  const StepSink& sink_;
  Device device_;
  Calls calls_;
  Recorder recorder_;
  std::vector<std::uint8_t> last_;  ///< the arena after the last step that was handed over
  std::vector<Pending> pending_;
};

}  // namespace

void execute(const fp8oracle_backend_table& table, const Case& c, const Arena& arena, Fill fill,
             const StepSink& sink) {
  Execution(table, c, arena, fill, sink).run();
}

Outcome execute(const fp8oracle_backend_table& table, const Case& c, const Arena& arena,
                Fill fill) {
  Outcome outcome;
  execute(table, c, arena, fill,
          [&outcome](StepOutcome&& step) { outcome.steps.push_back(std::move(step)); });
  return outcome;
}

}  // namespace fp8oracle::runner
