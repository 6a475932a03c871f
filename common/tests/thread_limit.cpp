// SPDX-License-Identifier: Apache-2.0
// A pthread_create of the program's own stands before the one of the C library.
#include "common/tests/thread_limit.h"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <limits>

namespace {

constexpr int kNoLimit = std::numeric_limits<int>::max();
std::atomic<int> left{kNoLimit};
std::atomic<int> refusals{0};

bool refuses() {
  if (left == kNoLimit) return false;
  if (left.fetch_sub(1) > 0) return false;
  ++refusals;
  return true;
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  return refuses() ? EAGAIN : create(thread, attributes, start, argument);
}

namespace fp8oracle {

ThreadLimit::ThreadLimit(int more) {
  refusals = 0;
  left = more;
}
ThreadLimit::~ThreadLimit() { left = kNoLimit; }
int ThreadLimit::refused() const { return refusals; }

}  // namespace fp8oracle
