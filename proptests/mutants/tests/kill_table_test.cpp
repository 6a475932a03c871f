// SPDX-License-Identifier: Apache-2.0
#include "mutants/kill_table.h"

#include <gtest/gtest.h>

#include <set>

#include "common/tests/thread_limit.h"
#include "contract/contract.h"
#include "fp8oracle/error.h"
#include "fp8oracle/profile.h"
#include "reference/backend.h"

namespace fp8oracle::mutants {
namespace {

TEST(Mutants, EveryClauseHasOneThatCanBeKilled) {
  std::set<std::string> guarded;
  for (const Mutant& m : mutants()) {
    if (m.equivalent.empty()) guarded.insert(m.clause);
  }
  for (const Clause& clause : contract())
    EXPECT_TRUE(guarded.count(std::string(clause.id))) << clause.id;
}

TEST(Mutants, AreNamedOnceAndDeclareWhatExists) {
  std::set<std::string> names;
  for (const Mutant& m : mutants()) {
    EXPECT_TRUE(names.insert(m.name).second) << m.name;
    EXPECT_EQ(find_mutant(m.name), &m);
    EXPECT_NO_THROW(find_clause(m.clause)) << m.name;
    if (!m.profile.empty()) {
      EXPECT_NO_THROW(mutant_profile(m.profile)) << m.name;
    }
    EXPECT_FALSE(m.family.empty() || m.summary.empty() || m.source.empty()) << m.name;
  }
  EXPECT_GE(names.size(), 120u);
}

/// Three that are said to be mutants: one is, one is the correct kernel, one is called equivalent
/// and is not.
std::vector<Mutant> three() {
  Mutant killed = *find_mutant("L08-dropnegzero");
  Mutant survivor = killed, refuted = killed;
  survivor.name = "correct";
  survivor.table = &correct_kernel();
  refuted.name = "refuted";
  refuted.equivalent = "it is said";
  return {killed, survivor, refuted};
}

TEST(KillTable, TellsTheKilledFromTheSurvivorAndTheRefuted) {
  const KillTable table = run_kill_table(three(), reference::backend(), {});
  ASSERT_EQ(table.kills.size(), 3u);
  EXPECT_EQ(table.kills[0].fate, Fate::kKilled);
  EXPECT_EQ(table.kills[0].killed_by, "K11");
  EXPECT_EQ(table.kills[1].fate, Fate::kSurvived);
  EXPECT_EQ(table.kills[2].fate, Fate::kRefuted);
  EXPECT_EQ(table.control.status(), runner::Status::kPassed);
  EXPECT_EQ(table.unguarded.size(), contract().size() - 1) << "K11 alone is guarded";
  ASSERT_EQ(table.references.size(), 1u);
  EXPECT_TRUE(table.references[0].noticed);
  EXPECT_FALSE(table.good());
  const std::string text = kill_table_to_text(table);
  for (const char* word : {"SURVIVED correct", "REFUTED refuted", "UNGUARDED K9"})
    EXPECT_NE(text.find(word), std::string::npos) << word;
}

TEST(KillTable, GoesOnWithTheThreadsThatItGot) {
  KillOptions options;
  options.threads = 4;
  const ThreadLimit limit(1);
  const KillTable table = run_kill_table(three(), reference::backend(), options);
  EXPECT_EQ(table.kills.at(0).fate, Fate::kKilled);
  EXPECT_EQ(table.kills.at(2).fate, Fate::kRefuted);
  EXPECT_GT(limit.refused(), 0);
}

/// Out of all mutants, the first of a clause stands in the reference's place, whatever is asked for.
TEST(KillTable, AFamilyAloneHasNoOtherReferencesThanTheWholeTable) {
  std::vector<Mutant> mutants = three();
  mutants[0].family = "first";
  mutants[1].family = mutants[2].family = "rest";
  KillOptions options;
  options.family = "rest";
  EXPECT_EQ(run_kill_table(mutants, reference::backend(), options).references.size(), 0u);
  options.family = "first";
  EXPECT_EQ(run_kill_table(mutants, reference::backend(), options).references.size(), 1u);
}

TEST(KillTable, NamesTheFamiliesWhenOneIsUnknown) {
  KillOptions options;
  options.family = "nobody";
  try {
    run_kill_table(mutants(), reference::backend(), options);
    FAIL() << "ran";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("rounding"), std::string::npos);
  }
}

}  // namespace
}  // namespace fp8oracle::mutants
