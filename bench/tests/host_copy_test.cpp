// SPDX-License-Identifier: Apache-2.0
#include "bench/host_copy.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/tests/thread_limit.h"

namespace fp8oracle::bench {
namespace {

class HostCopyUnderALimit : public testing::TestWithParam<int> {};

TEST_P(HostCopyUnderALimit, CopiesAllWithoutTheMissingThreads) {
  const ThreadLimit limit(GetParam());
  HostCopy copy(std::uint64_t{2} << 20, 4, 2);
  EXPECT_EQ(limit.refused(), GetParam() < 3 ? 1 : 0);
  EXPECT_EQ(copy.threads(), GetParam() + 1);
  for (const int set : {0, 1}) {
    const auto target = copy.target(set);
    EXPECT_EQ(std::count(target.begin(), target.end(), 1), 0);
    copy.run(set);
    EXPECT_EQ(std::count(target.begin(), target.end(), 1), std::ssize(target));
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, HostCopyUnderALimit, testing::Values(0, 1, 2, 3),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace fp8oracle::bench
