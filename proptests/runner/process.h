// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

namespace fp8oracle::runner {

/// Descriptors under which a serving child finds its ends (serve.h).
inline constexpr int kServeChannel = 3;
inline constexpr int kServeMemory = 4;

/// A descriptor, closed by whoever owns it last.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { reset(); }

  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void reset();
  int release();

 private:
  int number_ = -1;
};

/// What the new process gets; everything else is closed in it.
struct SpawnOptions {
  std::string executable;
  int channel = -1;  ///< becomes kServeChannel
  int memory = -1;   ///< becomes kServeMemory
  int output = -1;   ///< becomes its stdout and stderr; its stdin is empty
};

/// A child process `executable --serve`, at the head of its own process group. Made with
/// posix_spawn: fork is broken once CUDA has started. Reaped in the destructor at the latest.
class Process {
 public:
  /// Throws BackendError.
  explicit Process(const SpawnOptions& options);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { end(); }

  pid_t id() const { return id_; }
  /// How it ended, if it does so within `limit`: "exited with status 0", "killed by signal 11
  /// (Segmentation fault)". Whatever it started and left in its group is killed then.
  std::optional<std::string> wait_for(std::chrono::milliseconds limit);
  /// Kills it with its group, if it still runs, and reaps it.
  void end();

 private:
  bool has_ended() const;
  void reap();

  pid_t id_ = -1;
  bool reaped_ = false;
  std::string ending_;
};

/// The last bytes that a process printed, read from a non-blocking pipe.
class OutputTail {
 public:
  static constexpr std::size_t kShown = 400;

  explicit OutputTail(Descriptor pipe) : pipe_(std::move(pipe)) {}

  /// -1 once the other end is closed.
  int descriptor() const { return pipe_.get(); }
  /// Reads what is there, at most 1 MiB at a time so that a flood cannot hold the caller.
  void drain();
  void clear() { tail_.clear(); }
  /// The last kShown bytes on one line, unprintable ones as '?'; empty when nothing was printed.
  std::string text() const;

 private:
  Descriptor pipe_;
  std::string tail_;
};

}  // namespace fp8oracle::runner
