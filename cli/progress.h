// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

namespace fp8oracle::cli {

/// One line on stderr that is written over and wiped at the end. Shown on a terminal only: a pipe
/// or a file never sees it. Any thread may call show().
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done, std::size_t all);

 private:
  const std::string what_;
  const bool terminal_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point shown_{};
  bool dirty_ = false;
};

}  // namespace fp8oracle::cli
