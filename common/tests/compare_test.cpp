// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/compare.h"

#include "support.h"

namespace fp8oracle {
namespace {

/// How many of the 256 x 256 pairs of codes pass for equal, and whether each of them should.
int accepted(const ResolvedScheme& scheme, bool (*may_differ)(int, int)) {
  int count = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const bool same =
          same_code(scheme, static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b));
      EXPECT_EQ(same, a == b || may_differ(a, b)) << std::hex << a << " " << b;
      count += same;
    }
  }
  return count;
}

ResolvedScheme with_nan(const Format& format, fp8oracle_element_nan nan) {
  ResolvedScheme scheme{};
  scheme.format = format;
  scheme.knobs.element_nan = nan;
  return scheme;
}

bool never(int, int) { return false; }

TEST(SameCode, CanonicalNanAcceptsEqualCodesAlone) {
  for (const Format& format : {kE4M3, kE5M2})
    EXPECT_EQ(accepted(with_nan(format, FP8ORACLE_NAN_CANONICAL), never), 256);
}

TEST(SameCode, KeepSignAcceptsEqualCodesAlone) {
  for (const Format& format : {kE4M3, kE5M2})
    EXPECT_EQ(accepted(with_nan(format, FP8ORACLE_NAN_KEEP_SIGN), never), 256);
}

TEST(SameCode, AnySignLetsTheCanonicalNanHaveEitherSign) {
  // 0x7F and 0xFF, not E5M2's other four NaN codes.
  const auto either = [](int a, int b) { return (a & 0x7F) == 0x7F && (b & 0x7F) == 0x7F; };
  for (const Format& format : {kE4M3, kE5M2})
    EXPECT_EQ(accepted(with_nan(format, FP8ORACLE_NAN_ANY_SIGN), either), 258);
  for (const Format& format : {kE4M3Fnuz, kE5M2Fnuz})
    EXPECT_EQ(accepted(with_nan(format, FP8ORACLE_NAN_ANY_SIGN), never), 256);
}

TEST(SameCode, FnuzHasOneNanCode) {
  for (const Format& format : {kE4M3Fnuz, kE5M2Fnuz})
    EXPECT_EQ(accepted(with_nan(format, FP8ORACLE_NAN_FNUZ), never), 256);
}

/// quantize into a padded MX tensor, and what a right subject would leave. Tests then spoil it.
class Compare : public ::testing::Test {
 protected:
  explicit Compare(const std::string& scheme = "e4m3.mx32.row.padded.torchao-rceil",
                   std::int64_t cols = 32) {
    case_.inputs.push_back({"x", FP8ORACLE_F32, 2, cols, cols, 0, {}});
    case_.inputs[0].bits.assign(static_cast<std::size_t>(2 * cols * 4), 0);
    case_.tensors.push_back({"t", scheme_named(scheme), 2, cols, 0});
    Step step(FP8ORACLE_OP_QUANTIZE);
    case_.steps.push_back(step.give("input", "x").give("rowwise", "t"));
    arena_ = lay_out(case_);
    reference_ = outcome(Fill::kA);
    a_ = outcome(Fill::kA);
    b_ = outcome(Fill::kB);
  }

  Outcome outcome(Fill fill) const {
    StepOutcome step;
    step.arena = initial_arena(case_, arena_, fill);
    for (const int index :
         written_buffers(case_, arena_, 0, initial_arena(case_, arena_, Fill::kA))) {
      const ArenaBuffer& b = arena_.buffers[static_cast<std::size_t>(index)];
      std::memset(step.arena.data() + b.begin, b.role == Role::kCodes ? 0x38 : 0, b.bytes);
    }
    Outcome outcome;
    outcome.steps.push_back(step);
    return outcome;
  }
  std::uint8_t& a(std::uint64_t at) { return a_.steps[0].arena[at]; }
  std::uint8_t& b(std::uint64_t at) { return b_.steps[0].arena[at]; }
  void both(std::uint64_t at, std::uint8_t value) { a(at) = b(at) = value; }
  Comparison run() const { return compare(case_, arena_, reference_, a_, b_); }

  void expect_one(DifferenceKind kind, std::int64_t element) const {
    const Comparison result = run();
    ASSERT_GE(result.differences.size(), 1u);
    EXPECT_EQ(to_string(result.differences[0].kind), to_string(kind));
    EXPECT_EQ(result.differences[0].element, element);
  }

  Case case_;
  Arena arena_;
  Outcome reference_, a_, b_;
};

TEST_F(Compare, EqualOutcomesAreEqualAndCounted) {
  const Comparison result = run();
  EXPECT_TRUE(result.equal());
  EXPECT_EQ(result.codes, 64u);
  EXPECT_EQ(result.elements, 64u + 512u);
}

TEST_F(Compare, OneWrongCodeIsFoundWithItsPlaceAndBothCodes) {
  const ArenaBuffer& codes = arena_.codes("t", 1);
  both(codes.begin + 37, 0x39);
  const Comparison result = run();
  ASSERT_EQ(result.total, 1u);
  const Difference& d = result.differences[0];
  EXPECT_EQ(d.kind, DifferenceKind::kOwned);
  EXPECT_EQ(&arena_.buffers[static_cast<std::size_t>(d.buffer)], &codes);
  EXPECT_EQ(d.element, 37);
  EXPECT_EQ(d.expected, 0x38u);
  EXPECT_EQ(d.observed, 0x39u);
}

TEST_F(Compare, AnElementThatFollowsThePoisonWasNotWritten) {
  const std::uint64_t at = arena_.codes("t", 1).begin + 5;
  a(at) = 0xA5;
  b(at) = 0x5A;
  expect_one(DifferenceKind::kUnwritten, 5);
}

TEST_F(Compare, PoisonThatHappensToBeRightIsSeenUnderTheOtherPoison) {
  const std::uint64_t at = arena_.codes("t", 1).begin + 5;
  b(at) = 0x5A;  // never written; under poison a the byte was right by luck
  expect_one(DifferenceKind::kUnwritten, 5);
}

TEST_F(Compare, PaddingThatMustBeZeroIsLookedAt) {
  both(arena_.scale_inv("t", 1).begin + 1, 0x7F);  // row 0, block 1 of the padded row of four
  expect_one(DifferenceKind::kPadding, 1);
}

TEST_F(Compare, PaddingThatMayBeAnythingIsNot) {
  case_.tensors[0].scheme.profile.knobs.padding = FP8ORACLE_PADDING_UNSPECIFIED;
  both(arena_.scale_inv("t", 1).begin + 1, 0x7F);
  EXPECT_TRUE(run().equal());
  both(arena_.scale_inv("t", 1).begin, 0x7F);  // an owned scale beside it still counts
  expect_one(DifferenceKind::kOwned, 0);
}

TEST_F(Compare, EveryByteOutsideTheBuffersIsAGuard) {
  const ArenaBuffer& codes = arena_.codes("t", 1);
  for (const std::uint64_t at :
       {std::uint64_t{0}, codes.begin - 1, codes.begin + codes.bytes, arena_.bytes - 1}) {
    const std::uint8_t before = a(at);
    a(at) = 0;
    expect_one(DifferenceKind::kGuard, static_cast<std::int64_t>(at));
    a(at) = before;
  }
  EXPECT_TRUE(run().equal());
}

TEST_F(Compare, AnInputThatChangedIsFound) {
  both(arena_.named("x").begin + 9, 1);
  expect_one(DifferenceKind::kUntouched, 2);
}

TEST_F(Compare, ADeathIsADifferenceInItsStep) {
  a_.steps.clear();
  a_.death = Death{0, "killed by signal 11"};
  const Comparison result = run();
  ASSERT_EQ(result.total, 1u);
  EXPECT_EQ(result.differences[0].kind, DifferenceKind::kDeath);
  EXPECT_EQ(result.differences[0].text, "killed by signal 11");
}

TEST_F(Compare, AnotherStatusIsADifference) {
  a_.steps[0].status = b_.steps[0].status = FP8ORACLE_UNSUPPORTED;
  a_.steps[0].message = "no";
  expect_one(DifferenceKind::kStatus, 0);
  EXPECT_EQ(run().differences[0].text, "expected status 'ok', got 'unsupported' (no)");
}

TEST_F(Compare, ARefusedCallMustNameTheArgumentAndWriteNothing) {
  case_.steps[0].tamper = Tamper{"rowwise.codes.bytes", 1, "rowwise.codes"};
  for (Outcome* o : {&reference_, &a_, &b_}) o->steps[0].status = FP8ORACLE_INVALID_ARGUMENT;
  a_.steps[0].arena = initial_arena(case_, arena_, Fill::kA);
  b_.steps[0].arena = initial_arena(case_, arena_, Fill::kB);
  a_.steps[0].message = b_.steps[0].message = "rowwise.codes: has 1 bytes";
  EXPECT_TRUE(run().equal());
  a_.steps[0].message = "bad argument";
  expect_one(DifferenceKind::kStatus, 0);
  a_.steps[0].message = "rowwise.codes: has 1 bytes";
  a(arena_.codes("t", 1).begin) = 0x38;
  expect_one(DifferenceKind::kUntouched, 0);
}

TEST_F(Compare, AllDifferencesAreCountedAndTheFirstOnesListed) {
  const ArenaBuffer& codes = arena_.codes("t", 1);
  for (std::uint64_t i = 0; i < codes.bytes; ++i) both(codes.begin + i, 0);
  const Comparison result = run();
  EXPECT_EQ(result.total, 64u);
  EXPECT_EQ(result.differences.size(), 64u);
}

class ComparePerTensor : public Compare {
 protected:
  ComparePerTensor() : Compare("e4m3.tensor.row.compact.te") {}
  void scale_inv(Outcome& o, std::uint32_t bits) const {
    std::memcpy(o.steps[0].arena.data() + arena_.scale_inv("t", 1).begin, &bits, sizeof bits);
  }
  Comparison with(std::uint32_t expected, std::uint32_t observed) {
    scale_inv(reference_, expected);
    scale_inv(a_, observed);
    scale_inv(b_, observed);
    return run();
  }
};

TEST_F(ComparePerTensor, ScaleInvIsComparedBitForBitExceptForTheNansPayload) {
  EXPECT_TRUE(with(0x3F800000u, 0x3F800000u).equal());
  EXPECT_FALSE(with(0x3F800000u, 0x3F800001u).equal());
  EXPECT_FALSE(with(0x00000000u, 0x80000000u).equal());  // -0 is not +0
  EXPECT_TRUE(with(0x7FC00000u, 0xFFC00001u).equal());   // a NaN is a NaN
  EXPECT_FALSE(with(0x7FC00000u, 0x7F800000u).equal());  // Inf is none
  EXPECT_FALSE(with(0x7F800000u, 0x7FC00000u).equal());
}

/// Poison is no NaN: what was never written is seen where NaN is right, too.
TEST_F(ComparePerTensor, AScaleInvThatIsNotWrittenIsSeenWhereItShouldBeNan) {
  const ArenaBuffer& b = arena_.scale_inv("t", 1);
  scale_inv(reference_, 0x7FC00000u);
  for (const auto& [outcome, fill] : {std::pair{&a_, Fill::kA}, {&b_, Fill::kB}}) {
    const auto before = initial_arena(case_, arena_, fill);
    std::memcpy(outcome->steps[0].arena.data() + b.begin, before.data() + b.begin, b.bytes);
  }
  expect_one(DifferenceKind::kUnwritten, 0);
}

TEST_F(ComparePerTensor, ADirectionThatTheStepLeavesOutIsNotItsBusiness) {
  case_.steps[0].give("rowwise.scale_inv", "");
  const std::vector<int> written =
      written_buffers(case_, arena_, 0, initial_arena(case_, arena_, Fill::kA));
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(arena_.buffers[static_cast<std::size_t>(written[0])].role, Role::kCodes);
}

}  // namespace
}  // namespace fp8oracle
