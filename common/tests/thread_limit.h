// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fp8oracle {

/// While it lives, the process gets `more` further threads and then none: pthread_create answers
/// EAGAIN, as under a limit of the system, and the constructor of std::thread throws.
class ThreadLimit {
 public:
  explicit ThreadLimit(int more);
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;
  ~ThreadLimit();

  /// How many threads were refused so far.
  int refused() const;
};

}  // namespace fp8oracle
