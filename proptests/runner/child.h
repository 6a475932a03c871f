// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "fp8oracle/outcome.h"
#include "runner/channel.h"
#include "runner/process.h"
#include "runner/shared_memory.h"

namespace fp8oracle::runner {

/// One child process that serves a backend, from its start to its end. Once ask() has reported an
/// ending, the process is gone and the object only good for its destructor.
class Child {
 public:
  using Clock = std::chrono::steady_clock;

  /// Starts `executable --serve`. Throws BackendError.
  explicit Child(const std::string& executable);
  /// Lets it end by itself for a moment, then kills it.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  SharedMemory& memory() { return memory_; }
  pid_t id() const { return process_->id(); }

  struct Ended {
    End end;
    std::string reason;
  };
  struct Answer {
    Message message;
    /// Set: no answer came, and this is why: "killed by signal 11 (Segmentation fault)", "no answer
    /// within 10 s", ..., with the last lines that it printed.
    std::optional<Ended> ending;
  };
  /// When to stop waiting: a point in time that may move while the child makes progress, and the
  /// words for the report once it has passed.
  struct Deadline {
    std::function<Clock::time_point()> when;
    std::string missed;
  };
  /// Sends a request and waits for its answer.
  Answer ask(MessageKind kind, std::string body, const Deadline& deadline);

 private:
  bool wait_until(Clock::time_point when);
  Answer died();
  Answer killed(End end, const std::string& why);
  std::string with_output(const std::string& reason);

  SharedMemory memory_;
  Descriptor channel_;
  std::optional<OutputTail> output_;
  std::optional<Process> process_;
  std::uint64_t number_ = 0;
};

/// A deadline `limit` from now: "no answer within 10 s".
Child::Deadline within(std::chrono::milliseconds limit);
/// "10 s", "250 ms".
std::string in_words(std::chrono::milliseconds time);

}  // namespace fp8oracle::runner
