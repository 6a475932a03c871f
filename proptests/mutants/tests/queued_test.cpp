// SPDX-License-Identifier: Apache-2.0
// The kernel behind a stream: right everywhere, and each of its faults seen by the clause that
// must.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "fp8oracle/profile.h"
#include "mutants/mutants.h"
#include "reference/backend.h"
#include "runner/verify.h"

namespace fp8oracle::mutants {

/// For the names of parameters in failures.
void PrintTo(const Mutant& m, std::ostream* out) { *out << m.name; }

namespace {

runner::Report run(const fp8oracle_backend_table& table, std::vector<std::string> clauses,
                   bool stop_at_first_failure) {
  runner::VerifyOptions options;
  options.profiles = {find_profile("te")};
  options.clause_ids = std::move(clauses);
  options.stop_at_first_failure = stop_at_first_failure;
  options.shrink = !stop_at_first_failure;
  return runner::verify([&table] { return runner::open_in_process(table); },
                        [] { return runner::open_in_process(reference::backend()); }, options);
}

TEST(QueuedKernel, BreaksNoClauseAboutTimeLaunchesAndManyTensors) {
  const runner::Report report =
      run(correct_queued_kernel(),
          {"K2", "K3", "K9", "K12", "K14", "K23", "K24", "K25", "K26", "K27", "K30", "K31", "K32"},
          false);
  ASSERT_EQ(report.clauses.size(), 13u);
  for (const runner::ClauseResult& c : report.clauses) {
    EXPECT_EQ(c.status, runner::Status::kPassed) << c.id << ": " << c.reason;
    if (c.finding) ADD_FAILURE() << runner::to_text(*c.finding);
  }
}

class QueuedMutant : public testing::TestWithParam<Mutant> {};

TEST_P(QueuedMutant, IsKilledByItsClause) {
  const Mutant& m = GetParam();
  const runner::Report report = run(*m.table, {m.clause}, true);
  const auto clause = std::find_if(report.clauses.begin(), report.clauses.end(),
                                   [&](const auto& c) { return c.id == m.clause; });
  ASSERT_NE(clause, report.clauses.end());
  EXPECT_EQ(clause->status, runner::Status::kFailed) << m.summary << ": " << clause->reason;
}

std::vector<Mutant> queued() {
  std::vector<Mutant> list;
  for (const Mutant& m : mutants()) {
    if (m.table->capture != nullptr) list.push_back(m);
  }
  return list;
}

INSTANTIATE_TEST_SUITE_P(All, QueuedMutant, testing::ValuesIn(queued()), [](const auto& parameter) {
  std::string name = parameter.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace fp8oracle::mutants
