// SPDX-License-Identifier: Apache-2.0
#include "runner/case_maker.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "clauses/case_builder.h"
#include "fp8oracle/profile.h"

namespace fp8oracle::runner {
namespace {

/// Takes every operation but `denied`, and no F32.
class Denying final : public Session {
 public:
  explicit Denying(std::optional<fp8oracle_operation> denied) : denied_(denied) {}
  Outcome run(const Case&, Fill) override { return {}; }
  std::string unsupported(fp8oracle_operation operation, const Scheme&, fp8oracle_type type,
                          bool) override {
    if (operation == denied_) return "not here, type " + std::string(to_string(type));
    return operation == FP8ORACLE_OP_QUANTIZE && type == FP8ORACLE_F32 ? "no F32" : "";
  }
  bool can_capture() const override { return false; }
  std::string name() const override { return "denying"; }
  std::string device() const override { return {}; }

 private:
  const std::optional<fp8oracle_operation> denied_;
};

/// How often cases were made, and how often with their inputs.
struct Made {
  int cases = 0, full = 0;
  std::vector<std::optional<Case>> kept;
  std::string why;
};

/// Four cases of a cast that is read back.
Made made_for(Session& session, clauses::Property property = {}) {
  Made made;
  property.clause = "K6";
  property.make = [&made](const Scheme& scheme, const plans::Plan& plan) {
    ++made.cases;
    made.full += !plan.hollow;
    clauses::CaseBuilder b("K6", scheme, plan);
    b.input(plans::Bulk::kOrdinary).tensor().scale().output("y", FP8ORACLE_F32);
    b.quantize();
    b.dequantize(1, "y");
    return b.done();
  };
  const Scheme scheme = parse_scheme("e4m3.tensor.row.compact.te", find_profile("te"));
  Support support(session);
  CaseMaker maker(property, scheme, support, false);
  for (std::uint64_t number = 0; number < 4; ++number)
    made.kept.push_back(maker.make(1, number, 0, made.why));
  return made;
}

TEST(CaseMaker, MakesNoCaseWhereThePropertyNeedsACaptureThatIsNotThere) {
  Denying session(std::nullopt);
  clauses::Property property;
  property.needs_capture = true;
  const Made made = made_for(session, property);
  EXPECT_EQ(made.cases, 0);
  EXPECT_EQ(made.why, "the backend cannot capture a stream");
}

TEST(CaseMaker, MakesNoInputsForAnOperationThatIsDenied) {
  Denying session(FP8ORACLE_OP_DEQUANTIZE);
  clauses::Property property;
  property.needs = {FP8ORACLE_OP_QUANTIZE, FP8ORACLE_OP_DEQUANTIZE};
  const Made made = made_for(session, property);
  EXPECT_EQ(made.full, 0);
  EXPECT_EQ(made.why, "dequantize: not here, type F32");
  for (const auto& c : made.kept) EXPECT_FALSE(c.has_value());
}

TEST(CaseMaker, LooksAtTheStepsOnceWhereNothingIsDenied) {
  Denying session(std::nullopt);
  const Made made = made_for(session);
  EXPECT_EQ(made.full, 4);
  EXPECT_EQ(made.cases, 5);
  for (std::uint64_t number = 0; number < 4; ++number) {
    const Case& c = made.kept.at(number).value();
    EXPECT_EQ(c.number, number);
    EXPECT_EQ(c.steps.size(), 2u);
    EXPECT_NE(c.inputs.at(0).type, FP8ORACLE_F32) << "a type that the backend denies";
    const auto& bits = c.inputs.at(0).bits;
    EXPECT_TRUE(std::any_of(bits.begin(), bits.end(), [](std::uint8_t b) { return b != 0; }));
  }
}

TEST(CaseMaker, LeavesOutStepsWithoutWhichTheCaseStillShowsSomething) {
  Denying session(FP8ORACLE_OP_DEQUANTIZE);
  const Made made = made_for(session);
  EXPECT_EQ(made.full, 4);
  EXPECT_EQ(made.kept.at(0).value().steps.size(), 1u);
}

}  // namespace
}  // namespace fp8oracle::runner
