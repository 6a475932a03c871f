// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace fp8oracle::cli {

Progress::Progress(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (dirty_) std::fputs("\r\033[K", stderr);
}

void Progress::show(std::size_t done, std::size_t all) {
  if (!terminal_) return;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  dirty_ = true;
  std::fprintf(stderr, "\r\033[K%s: %zu of %zu", what_.c_str(), done, all);
  std::fflush(stderr);
}

}  // namespace fp8oracle::cli
