// SPDX-License-Identifier: Apache-2.0
// verify on backends that were built against yesterday's and tomorrow's header
// (common/tests/growth): what they have passes, what they lack is skipped.
#include <gtest/gtest.h>

#include "reference/backend.h"
#include "runner/library.h"
#include "runner/verify.h"

namespace fp8oracle::runner {
namespace {

class VerifyOfAnotherHeader : public ::testing::TestWithParam<const char*> {};

TEST_P(VerifyOfAnotherHeader, PassesWhatTheBackendHas) {
  const BackendLibrary library(std::string(GROWTH_BACKENDS) + "/" + GetParam() + ".so");
  VerifyOptions options;
  options.profiles = {find_profile("te")};
  options.scheme_pattern = "e4m3.tensor.row.compact.te";
  options.threads = 1;
  const Report report = verify([&library] { return open_in_process(library.table()); },
                               [] { return open_in_process(reference::backend()); }, options);
  std::size_t passed = 0;
  for (const ClauseResult& clause : report.clauses) {
    EXPECT_TRUE(clause.status == Status::kPassed || clause.status == Status::kSkipped)
        << clause.id << ": " << to_string(clause.status) << " " << clause.reason;
    passed += clause.status == Status::kPassed;
  }
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_GE(passed, 8u);
  EXPECT_GT(report.codes(), 1000u);
}

INSTANTIATE_TEST_SUITE_P(All, VerifyOfAnotherHeader,
                         ::testing::Values("growth_less", "growth_same", "growth_more"),
                         [](const auto& param_info) { return std::string(param_info.param); });

}  // namespace
}  // namespace fp8oracle::runner
