// SPDX-License-Identifier: Apache-2.0
// The clauses on the CUDA backend, in this process.
#include "runner/verify.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "optimized/cuda/backend.h"
#include "reference/backend.h"

namespace fp8oracle::cuda_tests {
namespace {

TEST(CudaVerify, EveryClausePasses) {
  if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
  runner::VerifyOptions options;
  options.profiles = builtin_profiles();
  if (const char* level = std::getenv("FP8ORACLE_LEVEL"))
    options.level = runner::parse_level(level);
  if (const char* scheme = std::getenv("FP8ORACLE_SCHEME")) options.scheme_pattern = scheme;
  const runner::Report report =
      runner::verify([] { return runner::open_in_process(cuda::backend()); },
                     [] { return runner::open_in_process(reference::backend()); }, options);
  std::cout << runner::report_to_text(report);
  EXPECT_EQ(report.exit_code(), 0);
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
