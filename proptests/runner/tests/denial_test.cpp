// SPDX-License-Identifier: Apache-2.0
// A backend that denies calls which it said it supports: it may, as long as it has not written.
#include <gtest/gtest.h>

#include <cstring>

#include "fp8oracle/profile.h"
#include "reference/backend.h"
#include "runner/verify.h"

namespace fp8oracle::runner {
namespace {

using Denies = bool (*)(const fp8oracle_quantize_args&);
Denies denies = nullptr;
bool writes_before = false;

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  if (!denies(*args)) return reference::backend().quantize(args, stream, message);
  if (writes_before && args->rowwise.codes.bytes > 0) std::memset(args->rowwise.codes.data, 0, 1);
  if (message.capacity > 4) std::strcpy(message.text, "odd");
  return FP8ORACLE_UNSUPPORTED;
}

const fp8oracle_backend_table& denying_table() {
  static const fp8oracle_backend_table table = [] {
    fp8oracle_backend_table t = reference::backend();
    t.quantize = quantize;
    return t;
  }();
  return table;
}

ClauseResult verified(Denies which, bool writes) {
  denies = which;
  writes_before = writes;
  VerifyOptions options;
  options.profiles = {find_profile("te")};
  options.scheme_pattern = "e4m3.tensor.row.compact.te";
  options.clause_ids = {"K10"};
  options.threads = 1;
  return verify([] { return open_in_process(denying_table()); },
                [] { return open_in_process(reference::backend()); }, options)
      .clauses.at(0);
}

TEST(Denial, OfSomeCallsIsDrawnAgainAndTheRestCounts) {
  const ClauseResult result =
      verified([](const fp8oracle_quantize_args& a) { return a.input.rows % 4 == 3; }, false);
  EXPECT_EQ(result.status, Status::kPassed) << result.reason;
  EXPECT_EQ(result.cases, 14u);  // as many as without
  EXPECT_GT(result.schemes.at(0).denied, 0u);
}

TEST(Denial, OfMostCallsIsMistrusted) {
  const ClauseResult result = verified(
      [](const fp8oracle_quantize_args& a) { return a.input.rows % 2 == 1 || a.input.cols < 30; },
      false);
  EXPECT_EQ(result.status, Status::kMistrusted);
  EXPECT_EQ(result.reason.substr(0, 7), "denied ") << result.reason;
}

TEST(Denial, OfEveryCallIsSkippedWithTheReason) {
  const ClauseResult result = verified([](const fp8oracle_quantize_args&) { return true; }, false);
  EXPECT_EQ(result.status, Status::kSkipped);
  EXPECT_EQ(result.reason, "quantize: odd");
  EXPECT_EQ(result.cases, 0u);
}

TEST(Denial, AfterAByteWasWrittenIsAFailure) {
  const ClauseResult result =
      verified([](const fp8oracle_quantize_args& a) { return a.input.rows % 4 == 3; }, true);
  EXPECT_EQ(result.status, Status::kFailed);
}

}  // namespace
}  // namespace fp8oracle::runner
