// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/thread_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>

#include "common/tests/thread_limit.h"

namespace fp8oracle {
namespace {

TEST(ThreadGroup, GoesOnWithTheThreadsThatItGot) {
  const ThreadLimit limit(2);
  std::atomic<int> ran{0};
  ThreadGroup group;
  EXPECT_TRUE(group.start([&] { ++ran; }));
  EXPECT_TRUE(group.start([&] { ++ran; }));
  EXPECT_FALSE(group.start([&] { ++ran; }));
  EXPECT_EQ(group.size(), 2u);
  group.join();
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(group.size(), 0u);
}

TEST(OnThreads, UsesTheCallersThreadAndTheOthers) {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  std::atomic<int> waiting{0};
  on_threads(3, [&] {
    ++waiting;
    while (waiting < 3) std::this_thread::yield();  // so that none can come back for more
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_EQ(ids.count(std::this_thread::get_id()), 1u);
}

class OnThreadsUnderALimit : public testing::TestWithParam<int> {};

TEST_P(OnThreadsUnderALimit, DoesAllTheWork) {
  const ThreadLimit limit(GetParam());
  std::atomic<int> next{0}, done{0}, threads{0};
  on_threads(4, [&] {
    ++threads;
    while (next++ < 1000) ++done;
  });
  EXPECT_EQ(done, 1000);
  EXPECT_EQ(threads, 1 + GetParam());
  EXPECT_EQ(limit.refused(), 1) << "asked again after a refusal";
}

INSTANTIATE_TEST_SUITE_P(Threads, OnThreadsUnderALimit, testing::Values(0, 1, 2),
                         testing::PrintToStringParamName());

TEST(OnThreads, HandsOnAnExceptionOfAnyThread) {
  for (const int of_thread : {0, 1, 2}) {
    std::atomic<int> number{0}, ended{0};
    const auto run = [&] {
      on_threads(3, [&] {
        const int own = number++;
        while (number < 3) std::this_thread::yield();
        ++ended;
        if (own == of_thread) throw std::runtime_error("lost");
      });
    };
    EXPECT_THROW(run(), std::runtime_error) << of_thread;
    EXPECT_EQ(ended, 3) << of_thread;
  }
}

TEST(OnThreads, HandsOnAnExceptionOfTheCallersThread) {
  const ThreadLimit limit(0);
  EXPECT_THROW(on_threads(4, [] { throw std::runtime_error("lost"); }), std::runtime_error);
}

}  // namespace
}  // namespace fp8oracle
