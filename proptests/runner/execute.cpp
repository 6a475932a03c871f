// SPDX-License-Identifier: Apache-2.0
#include "runner/execute.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "fp8oracle/compare.h"
#include "fp8oracle/error.h"
#include "runner/calls.h"
#include "runner/capture.h"
#include "runner/device.h"

namespace fp8oracle::runner {
namespace {

/// Seconds by which a device lags behind the host in an asynchronous case: far longer than the
/// calls take.
constexpr double kLag = 1e-3;

/// Runs the steps in order and hands each to the sink with the arena that it left.
class Execution {
 public:
  Execution(const fp8oracle_backend_table& table, const Case& c, const Arena& arena, Fill fill,
            const StepSink& sink)
      : table_(table),
        case_(c),
        arena_(arena),
        bare_(fill == Fill::kNone),
        sink_(sink),
        device_(table, arena, bare_ ? Device::Memory::kBlockPerBuffer : Device::Memory::kOneBlock,
                in_stream() ? c.steps.size() : 0),
        calls_(c, arena, device_),
        recorder_(c, calls_, device_),
        last_(initial_arena(c, arena, fill)) {
    bare_ ? upload_what_is_read() : device_.upload(0, last_.data(), last_.size());
    device_.synchronize();
  }

  void run() {
    if (in_stream()) {
      calls_.stage_uploads();
      caught_up_ = true;
    }
    for (std::size_t i = 0; i < case_.steps.size(); ++i) {
      in_stream() ? run_in_stream(i) : run_and_wait(i);
    }
    flush();
  }

 private:
  /// A step that the host has not waited for.
  struct Pending {
    StepOutcome outcome;
    std::optional<std::size_t> snapshot;  ///< nothing: the arena is the previous step's
  };

  /// Without a fill every step is waited for: a snapshot would read memory that nobody wrote.
  bool in_stream() const { return case_.asynchronous && !bare_; }

  void upload_what_is_read() {
    for (std::size_t b = 0; b < arena_.buffers.size(); ++b) {
      const ArenaBuffer& buffer = arena_.buffers[b];
      if (buffer.role != Role::kInput && buffer.role != Role::kCell) continue;
      written_.insert(static_cast<int>(b));
      if (buffer.bytes > 0) device_.upload(buffer.begin, last_.data() + buffer.begin, buffer.bytes);
    }
  }

  /// What the host knows after a step: everything, or without a fill what has been written.
  void take_home(std::size_t index, const StepOutcome& outcome) {
    if (!bare_) {
      last_ = device_.download();
      return;
    }
    if (outcome.status == FP8ORACLE_OK) {
      for (const int b : written_buffers(case_, arena_, index, last_)) written_.insert(b);
    }
    for (const int b : written_) {
      const ArenaBuffer& buffer = arena_.buffers[static_cast<std::size_t>(b)];
      if (buffer.bytes > 0)
        device_.download(buffer.begin, last_.data() + buffer.begin, buffer.bytes);
    }
  }

  /// Does what may fail on the device. Once an operation was called it may be what broke it, and
  /// the failure is what the step left; before, the case has no part in it.
  template <typename Work>
  void on_device(StepOutcome& outcome, const Work& work) {
    try {
      work();
    } catch (const client::Error& error) {
      if (!called_) throw;
      if (outcome.status == FP8ORACLE_DEVICE_ERROR) return;  // the first one tells more
      outcome.status = error.status;
      outcome.message = error.what();
    }
  }

  StepOutcome call(std::size_t index) {
    CallMessage message;
    StepOutcome outcome;
    on_device(outcome, [&] {
      // What a call reads when it is made, and what a kernel reads when it runs, must differ [K3]:
      // the device is to lag behind again.
      if (std::exchange(caught_up_, false)) device_.keep_busy(kLag);
      outcome.status = recorder_.run(index, outcome.launches, message.abi());
      outcome.message = message.text.data();
    });
    called_ = called_ || case_.steps[index].operation;  // a replay has some before it
    return outcome;
  }

  void run_and_wait(std::size_t index) {
    StepOutcome outcome = call(index);
    if (!recorder_.recording()) {  // a stream that records cannot be waited for
      on_device(outcome, [&] {
        device_.synchronize();
        take_home(index, outcome);
      });
    }
    outcome.arena = last_;
    sink_(std::move(outcome));
  }

  void run_in_stream(std::size_t index) {
    Pending step{call(index), std::nullopt};
    if (!recorder_.recording())
      on_device(step.outcome, [&] { step.snapshot = device_.take_snapshot(); });
    pending_.push_back(std::move(step));
    if (!case_.steps[index].is(Control::kSynchronize)) return;
    flush();
    caught_up_ = true;
  }

  /// What goes wrong on the device after the calls have returned counts for each step whose arena
  /// cannot be read any more, and for the last one.
  void flush() {
    if (pending_.empty()) return;
    on_device(pending_.back().outcome, [&] { device_.synchronize(); });
    for (Pending& step : pending_) {
      if (step.snapshot) on_device(step.outcome, [&] { last_ = device_.snapshot(*step.snapshot); });
      step.outcome.arena = last_;
      sink_(std::move(step.outcome));
    }
    pending_.clear();
    device_.clear_snapshots();
  }

  const fp8oracle_backend_table& table_;
  const Case& case_;
  const Arena& arena_;
  const bool bare_;
  const StepSink& sink_;
  Device device_;
  Calls calls_;
  Recorder recorder_;
  std::vector<std::uint8_t> last_;  ///< the arena after the last step that was handed over
  std::set<int> written_;           ///< without a fill: the buffers that hold something
  std::vector<Pending> pending_;
  bool called_ = false;     ///< an operation
  bool caught_up_ = false;  ///< in a stream: the device has, with the host
};

}  // namespace

void execute(const fp8oracle_backend_table& table, const Case& c, const Arena& arena, Fill fill,
             const StepSink& sink) try {
  Execution(table, c, arena, fill, sink).run();
} catch (const client::Error& error) {
  throw BackendError(error.what());
}

Outcome execute(const fp8oracle_backend_table& table, const Case& c, const Arena& arena,
                Fill fill) {
  Outcome outcome;
  execute(table, c, arena, fill,
          [&outcome](StepOutcome&& step) { outcome.steps.push_back(std::move(step)); });
  return outcome;
}

bool device_failed(const Outcome& outcome) {
  return std::any_of(outcome.steps.begin(), outcome.steps.end(),
                     [](const StepOutcome& step) { return step.status == FP8ORACLE_DEVICE_ERROR; });
}

}  // namespace fp8oracle::runner
