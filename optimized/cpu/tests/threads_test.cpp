// SPDX-License-Identifier: Apache-2.0
#include "optimized/cpu/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "common/tests/thread_limit.h"

namespace fp8oracle::cpu {
namespace {

/// How often each of `count` tasks ran that are worth several threads.
std::vector<int> runs_of(std::int64_t count) {
  std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
  parallel_for(count, kElementsWorthAThread,
               [&](std::int64_t i) { ++runs[static_cast<std::size_t>(i)]; });
  return {runs.begin(), runs.end()};
}

class ThreadsUnderALimit : public testing::TestWithParam<int> {};

TEST_P(ThreadsUnderALimit, RunEachTaskOnceWithoutTheMissingOnes) {
  const std::vector<int> once(100, 1);
  set_thread_count(2);
  EXPECT_EQ(runs_of(100), once);
  set_thread_count(4);
  const ThreadLimit limit(GetParam());
  EXPECT_EQ(runs_of(100), once);
  EXPECT_EQ(limit.refused(), 1);
  EXPECT_EQ(runs_of(100), once);
  EXPECT_EQ(limit.refused(), 1) << "the second call asked for threads again";
  set_thread_count(0);
}

INSTANTIATE_TEST_SUITE_P(Threads, ThreadsUnderALimit, testing::Values(0, 1, 2),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace fp8oracle::cpu
