// SPDX-License-Identifier: Apache-2.0
#include "runner/verdict.h"

#include <gtest/gtest.h>

namespace fp8oracle::runner {
namespace {

ClauseResult clause_with(std::initializer_list<Status> statuses) {
  ClauseResult clause;
  clause.id = "K10";
  for (const Status s : statuses) clause.schemes.push_back({"s", s, "why", 1});
  judge_clause(clause, false);
  return clause;
}

TEST(JudgeClause, OneFailedSchemeFailsTheClause) {
  EXPECT_EQ(clause_with({Status::kPassed, Status::kError, Status::kFailed}).status,
            Status::kFailed);
  EXPECT_EQ(clause_with({Status::kPassed, Status::kError}).status, Status::kError);
  EXPECT_EQ(clause_with({Status::kPassed, Status::kSkipped}).status, Status::kPassed);
}

TEST(JudgeClause, NothingThatRanIsSkippedAndNeverPassed) {
  EXPECT_EQ(clause_with({Status::kSkipped, Status::kSkipped}).status, Status::kSkipped);
  EXPECT_EQ(clause_with({Status::kSkipped}).reason, "why");
  EXPECT_EQ(clause_with({}).status, Status::kSkipped);
}

TEST(JudgeClause, OneCodeEverywhereIsMistrusted) {
  ClauseResult clause;
  clause.schemes.push_back({"s", Status::kPassed, "", 1});
  clause.coverage.codes[0x38] = 950;
  clause.coverage.codes[0x39] = 50;
  judge_clause(clause, true);
  EXPECT_EQ(clause.status, Status::kMistrusted);
  clause.coverage.codes[0x39] = 950;
  judge_clause(clause, true);
  EXPECT_EQ(clause.status, Status::kPassed);
}

class JudgeCoverage : public ::testing::Test {
 protected:
  JudgeCoverage() : tensor_(schemes_of(find_profile("te")).front()) {
    full_.tie = full_.subnormal = full_.nan = full_.inf = 1'000'000;
    full_.negative_zero = full_.saturated = full_.tail = full_.multi_block = 1'000'000;
  }

  Status judged(const std::string& id, const Coverage& coverage, std::uint64_t cases = 1000) {
    ClauseResult clause;
    clause.id = id;
    clause.status = Status::kPassed;
    judge_coverage(clause, {{&tensor_, cases, &coverage}});
    return clause.status;
  }

  const Scheme tensor_;
  Coverage full_;
};

TEST_F(JudgeCoverage, EnoughOfEverythingIsTrusted) {
  EXPECT_EQ(judged("K10", full_), Status::kPassed);
  EXPECT_EQ(judged("K11", full_), Status::kPassed);
}

TEST_F(JudgeCoverage, EachCountHasAFloorOfItsOwn) {
  const std::pair<const char*, std::uint64_t Coverage::*> floors[] = {
      {"K10", &Coverage::tie},           {"K10", &Coverage::subnormal}, {"K10", &Coverage::tail},
      {"K10", &Coverage::multi_block},   {"K11", &Coverage::nan},       {"K11", &Coverage::inf},
      {"K11", &Coverage::negative_zero}, {"K11", &Coverage::saturated}};
  for (const auto& [id, count] : floors) {
    Coverage poor = full_;
    poor.*count = 10;
    EXPECT_EQ(judged(id, poor), Status::kMistrusted) << id;
  }
}

TEST_F(JudgeCoverage, AFewCasesThatTheUserPickedAreNotJudged) {
  EXPECT_EQ(judged("K10", Coverage{}, 99), Status::kPassed);
  EXPECT_EQ(judged("K10", Coverage{}, 100), Status::kMistrusted);
}

}  // namespace
}  // namespace fp8oracle::runner
