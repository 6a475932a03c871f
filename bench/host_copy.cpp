// SPDX-License-Identifier: Apache-2.0
#include "host_copy.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace fp8oracle::bench {
namespace {

// A smaller copy is faster on one thread than handing it out.
constexpr std::uint64_t kWorthThreads = std::uint64_t{256} * 1024;

std::unique_ptr<std::uint8_t[]> touched(std::uint64_t bytes, std::uint8_t value) {
  std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[bytes]);
  std::memset(memory.get(), value, bytes);
  return memory;
}

}  // namespace

int host_threads() {
  if (const char* text = std::getenv("FP8ORACLE_THREADS")) {
    const long count = std::strtol(text, nullptr, 10);
    if (count > 0) return static_cast<int>(std::min(count, 1024L));
  }
  return static_cast<int>(std::max(std::thread::hardware_concurrency(), 1u));
}

HostCopy::HostCopy(std::uint64_t bytes_moved, int threads, int sets)
    : bytes_(std::max<std::uint64_t>(bytes_moved / 2, 1)),
      threads_(bytes_ < kWorthThreads ? 1 : threads),
      start_(threads_),
      done_(threads_) {
  for (int set = 0; set < sets; ++set) {
    from_.push_back(touched(bytes_, 1));
    to_.push_back(touched(bytes_, 0));
  }
  for (int part = 1; part < threads_; ++part) {
    const bool started = workers_.start([this, part] {
      for (;;) {
        start_.arrive_and_wait();
        if (stop_) return;
        copy_part(part);
        done_.arrive_and_wait();
      }
    });
    if (!started) leave_out(threads_ - part);  // which ends the loop
  }
}

/// The barriers wait for that many threads fewer. None has passed one yet: the caller is missing.
void HostCopy::leave_out(int threads) {
  threads_ -= threads;
  for (int i = 0; i < threads; ++i) {
    start_.arrive_and_drop();
    done_.arrive_and_drop();
  }
}

HostCopy::~HostCopy() {
  stop_ = true;
  start_.arrive_and_wait();
  workers_.join();
}

void HostCopy::run(int set) {
  set_ = set;
  start_.arrive_and_wait();
  copy_part(0);
  done_.arrive_and_wait();
}

void HostCopy::copy_part(int part) const {
  const auto parts = static_cast<std::uint64_t>(threads_);
  const std::uint64_t begin = bytes_ * static_cast<std::uint64_t>(part) / parts;
  const std::uint64_t end = bytes_ * static_cast<std::uint64_t>(part + 1) / parts;
  const auto set = static_cast<std::size_t>(set_);
  std::memcpy(to_[set].get() + begin, from_[set].get() + begin, end - begin);
}

}  // namespace fp8oracle::bench
