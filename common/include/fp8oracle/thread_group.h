// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace fp8oracle {

/// Threads that are joined at the end. One that the system does not give is one fewer, so that a
/// machine with few threads is slower, not dead.
class ThreadGroup {
 public:
  ThreadGroup() = default;
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;
  ~ThreadGroup() { join(); }

  /// Starts one more; false when none is to be had. No exception may leave `work`.
  template <typename Work>
  bool start(Work work) {
    try {
      threads_.emplace_back(std::move(work));
      return true;
    } catch (const std::system_error&) {  // a limit of the system: "Resource temporarily ..."
    } catch (const std::bad_alloc&) {
    }
    return false;
  }

  /// How many were started and not joined.
  std::size_t size() const { return threads_.size(); }
  void join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  /// In a forked child, which has the objects but not the threads.
  void forget() {
    for (std::thread& thread : threads_) thread.detach();
    threads_.clear();
  }

 private:
  std::vector<std::thread> threads_;
};

/// Calls work() on `threads` threads, or on as many as are to be had: the caller's own is one of
/// them. Returns when all have ended; the first exception that left a work() comes out then.
template <typename Work>
void on_threads(unsigned threads, const Work& work) {
  std::mutex mutex;
  std::exception_ptr error;
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  };
  {
    ThreadGroup helpers;
    for (unsigned t = 1; t < threads && helpers.start(guarded); ++t) continue;
    guarded();
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace fp8oracle
