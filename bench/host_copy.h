// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <barrier>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fp8oracle/thread_group.h"

namespace fp8oracle::bench {

/// Threads that a CPU backend uses by default: FP8ORACLE_THREADS where it is a positive number,
/// else every core.
int host_threads();

/// The limit of a host backend: std::memcpy, its bytes split over threads that wait for work.
class HostCopy {
 public:
  /// Copies bytes_moved / 2 bytes (moved = read + written), from one of `sets` buffers to another;
  /// every page is touched first.
  HostCopy(std::uint64_t bytes_moved, int threads, int sets);
  HostCopy(const HostCopy&) = delete;
  HostCopy& operator=(const HostCopy&) = delete;
  ~HostCopy();

  void run(int set);

  int threads() const { return threads_; }
  /// What run(set) writes.
  std::span<const std::uint8_t> target(int set) const {
    return {to_.at(static_cast<std::size_t>(set)).get(), bytes_};
  }

 private:
  void leave_out(int threads);
  void copy_part(int part) const;

  std::uint64_t bytes_;
  int threads_;
  std::vector<std::unique_ptr<std::uint8_t[]>> from_, to_;
  int set_ = 0;
  bool stop_ = false;
  std::barrier<> start_, done_;
  ThreadGroup workers_;
};

}  // namespace fp8oracle::bench
