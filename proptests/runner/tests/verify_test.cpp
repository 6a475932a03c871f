// SPDX-License-Identifier: Apache-2.0
// verify, judge and shrink on backends whose fault is known.
#include "runner/verify.h"

#include <gtest/gtest.h>

#include "common/tests/support.h"
#include "common/tests/thread_limit.h"
#include "fp8oracle/error.h"
#include "fp8oracle/step_buffers.h"
#include "mutants/mutants.h"
#include "reference/backend.h"
#include "runner/finding.h"
#include "runner/shrink.h"

namespace fp8oracle::runner {
namespace {

SessionFactory on(const fp8oracle_backend_table& table) {
  return [&table] { return open_in_process(table); };
}

VerifyOptions options_for(const std::string& clause, const std::string& pattern) {
  VerifyOptions options;
  options.profiles = {find_profile("te")};
  options.scheme_pattern = pattern;
  options.clause_ids = {clause};
  options.threads = 1;
  return options;
}

const fp8oracle_backend_table& mutant(const char* name) {
  const mutants::Mutant* m = mutants::find_mutant(name);
  if (m == nullptr) throw std::runtime_error(name);
  return *m->table;
}

const ClauseResult& only(const Report& report) { return report.clauses.at(0); }

/// A backend whose process dies, or that never answers, in every case.
class Dying final : public Session {
 public:
  explicit Dying(std::string how, End end = End::kDied) : how_(std::move(how)), end_(end) {}
  Outcome run(const Case&, Fill) override { return {{}, Death{0, how_, end_}}; }
  std::string unsupported(fp8oracle_operation, const Scheme&, fp8oracle_type, bool) override {
    return {};
  }
  bool can_capture() const override { return false; }
  std::string name() const override { return "dying"; }
  std::string device() const override { return {}; }

 private:
  const std::string how_;
  const End end_;
};

TEST(Verify, TheReferenceAgreesWithItself) {
  const Report report = verify(on(reference::backend()), on(reference::backend()),
                               options_for("K10", "e4m3.tensor.*.*.*"));
  EXPECT_EQ(only(report).status, Status::kPassed);
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_GT(report.codes(), 1000u);
}

TEST(Verify, GoesOnWithTheThreadsThatItGot) {
  VerifyOptions options = options_for("K10", "e4m3.tensor.*.*.*");
  const Report all = verify(on(reference::backend()), on(reference::backend()), options);
  options.threads = 4;
  for (const int more : {0, 1}) {
    const ThreadLimit limit(more);
    const Report few = verify(on(reference::backend()), on(reference::backend()), options);
    EXPECT_EQ(few.status(), Status::kPassed);
    EXPECT_EQ(few.codes(), all.codes());
    EXPECT_GT(limit.refused(), 0);
  }
}

TEST(Verify, HandsOnWhatAThreadOfItsThrows) {
  VerifyOptions options = options_for("K10", "e4m3.tensor.*.*.*");
  options.threads = 4;
  const ThreadLimit limit(1);
  const SessionFactory none = []() -> std::unique_ptr<Session> { throw BackendError("none"); };
  EXPECT_THROW(verify(none, on(reference::backend()), options), BackendError);
}

TEST(Verify, AFindingIsSmallAndKeepsTheCaseThatItCameFrom) {
  const Report report = verify(on(mutant("L01-rtz")), on(reference::backend()),
                               options_for("K10", "e4m3.tensor.row.*.*"));
  ASSERT_TRUE(only(report).finding.has_value());
  const Finding& f = *only(report).finding;
  EXPECT_EQ(only(report).status, Status::kFailed);
  EXPECT_EQ(f.scheme, "e4m3.tensor.row.compact.te");
  const InputDecl& small = f.smallest.inputs.at(0);
  const InputDecl& large = f.original.inputs.at(0);
  EXPECT_LE(small.rows * small.cols, 4);
  EXPECT_GT(large.rows * large.cols, small.rows * small.cols);
  EXPECT_FALSE(f.derivation.empty());
}

/// Without the step that writes the scale_inv the smaller case would fail too, on poison.
TEST(Finding, NoStepOfItReadsWhatNothingWrote) {
  const Report report = verify(on(mutant("given-multiplies")), on(reference::backend()),
                               options_for("K10", "e4m3.mx32.row.compact.te"));
  ASSERT_TRUE(only(report).finding);
  const Case& smallest = only(report).finding->smallest;
  EXPECT_FALSE(reads_what_nothing_wrote(smallest));
  EXPECT_EQ(smallest.steps.size(), 2u);
  Case without = smallest;
  without.steps.erase(without.steps.begin());
  EXPECT_TRUE(reads_what_nothing_wrote(without));
}

/// The case of one cast, with its first code called wrong.
Finding first_code_of(Case c) {
  check_case(c);
  Trial trial;
  trial.arena = lay_out(c);
  trial.reference = trial.subject = open_in_process(reference::backend())->run(c, Fill::kA);
  const auto codes = static_cast<int>(&trial.arena.codes("t", 1) - trial.arena.buffers.data());
  const std::size_t last = c.steps.size() - 1;
  trial.departures.push_back({"K10", {DifferenceKind::kOwned, last, codes, 0, 1, 2, {}, -1}});
  return describe("K10", c, trial);
}

bool derives(const Finding& f, const char* words) {
  return std::any_of(f.derivation.begin(), f.derivation.end(), [words](const std::string& line) {
    return line.find(words) != std::string::npos;
  });
}

/// The largest of the first five elements is 1 + 4 * 2^-23: 448 / that is 7 ulp below 448.
TEST(Finding, DerivesTheFp32ScaleOfABlock) {
  Case c = small_case("e4m3.tensor.row.compact.te");
  c.tensors[0].scheme.grid = {1, 5};
  const Finding f = first_code_of(c);
  EXPECT_EQ(f.block, "row 0, columns 0..4");
  EXPECT_EQ(f.scale, "0x43dffff9");
  EXPECT_TRUE(derives(f, "448 / ")) << f.derivation.at(0);
}

TEST(Finding, DerivesACodeFromTheScaleInvThatWasGiven) {
  Case c = small_case("e4m3.tensor.row.compact.te");
  c.steps[0].operation = FP8ORACLE_OP_QUANTIZE_GIVEN;
  Step write = Step(Control::kWrite).give("buffer", "t.scale_inv");
  write.bytes = {0, 0, 0, 0x3F};  // 0.5
  c.steps.insert(c.steps.begin(), write);
  const Finding f = first_code_of(c);
  EXPECT_EQ(f.scale, "0x40000000");
  EXPECT_TRUE(derives(f, "given"));
}

/// A step that writes a larger buffer than its own: the place is none of the step's tensor.
TEST(Finding, ExplainsNoElementThatTheTensorDoesNotHave) {
  Case c = small_case("e4m3.mx32.row.compact.te");
  c.outputs = {{"y", FP8ORACLE_F32, 2, 40}, {"other", FP8ORACLE_F16, 100000, 1}};
  c.steps.push_back(Step(FP8ORACLE_OP_DEQUANTIZE)
                        .give("pair", "t")
                        .give("output", "y")
                        .set("directions", FP8ORACLE_ROWWISE));
  check_case(c);
  Trial trial;
  trial.arena = lay_out(c);
  trial.reference = trial.subject = open_in_process(reference::backend())->run(c, Fill::kA);
  const auto other = static_cast<int>(&trial.arena.named("other") - trial.arena.buffers.data());
  trial.departures.push_back({"K2", {DifferenceKind::kUntouched, 1, other, 99999, 1, 2, {}, -1}});
  const Finding f = describe("K2", c, trial);
  EXPECT_EQ(f.tensor, "other");
  EXPECT_EQ(f.row, 99999);
  EXPECT_EQ(f.block, "");
}

TEST(Shrink, KeepsClauseAndSchemeAndStaysWithinItsRuns) {
  const Report report = verify(on(mutant("L01-rtz")), on(reference::backend()),
                               options_for("K10", "e4m3.tensor.row.*.*"));
  const Case original = only(report).finding->original;
  const auto subject = open_in_process(mutant("L01-rtz"));
  const auto reference = open_in_process(reference::backend());
  const Trial trial = judge(property_of("K10"), original, *reference, *subject);
  const Shrunk none = shrink("K10", original, trial, *reference, *subject, {1, 10});
  EXPECT_TRUE(none.fails_again);
  EXPECT_EQ(none.smallest.inputs.at(0).bits, original.inputs.at(0).bits);
  const Shrunk late = shrink("K10", original, trial, *reference, *subject, {400, 0});
  EXPECT_FALSE(late.fails_again);  // there was no time to look
  const Shrunk small = shrink("K10", original, trial, *reference, *subject);
  EXPECT_EQ(small.smallest.scheme, original.scheme);
  EXPECT_NE(small.trial.first("K10"), nullptr);
}

TEST(Shrink, ACaseThatPassesTheSecondTimeStandsAsItIs) {
  const Report report = verify(on(mutant("L01-rtz")), on(reference::backend()),
                               options_for("K10", "e4m3.tensor.row.*.*"));
  const Case original = only(report).finding->original;
  const auto wrong = open_in_process(mutant("L01-rtz"));
  const auto right = open_in_process(reference::backend());
  const Trial trial = judge(property_of("K10"), original, *right, *wrong);
  const Shrunk shrunk = shrink("K10", original, trial, *right, *right);
  EXPECT_FALSE(shrunk.fails_again);
  EXPECT_NE(shrunk.trial.first("K10"), nullptr);  // what was seen the first time is not lost
}

TEST(Verify, ABackendThatDiesIsLeftAloneAfterAFewCasesOfEachClause) {
  VerifyOptions options = options_for("K10", "");
  options.clause_ids = {"K10", "K16"};
  const Report report = verify([] { return std::make_unique<Dying>("killed by signal 11"); },
                               on(reference::backend()), options);
  ASSERT_EQ(report.clauses.size(), 2u);
  for (const ClauseResult& clause : report.clauses) {
    EXPECT_EQ(clause.status, Status::kFailed);
    EXPECT_LE(clause.cases, 4u);
    ASSERT_TRUE(clause.finding.has_value());
    EXPECT_EQ(clause.finding->derivation.at(0), "killed by signal 11");
    EXPECT_NE(clause.schemes.back().reason.find("not run"), std::string::npos);
  }
  EXPECT_EQ(report.exit_code(), 1);
}

TEST(Verify, ABackendThatHangsIsGivenUpAfterEightCases) {
  VerifyOptions options = options_for("K10", "");
  options.clause_ids.clear();
  const Report report = verify([] { return std::make_unique<Dying>("silent", End::kNoAnswer); },
                               on(reference::backend()), options);
  EXPECT_EQ(report.cases(), 8u);
  EXPECT_EQ(report.exit_code(), 1);
}

TEST(Verify, LevelSanitizeRunsEachKernelOnEachTypeAndKindOfShape) {
  VerifyOptions options = options_for("K10", "");
  options.clause_ids.clear();
  options.level = Level::kSanitize;
  const Report report = verify(on(reference::backend()), on(reference::backend()), options);
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_GE(report.cases(), 150u);
  EXPECT_LE(report.cases(), 700u);
}

}  // namespace
}  // namespace fp8oracle::runner
