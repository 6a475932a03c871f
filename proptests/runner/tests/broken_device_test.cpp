// SPDX-License-Identifier: Apache-2.0
// A device that breaks in the middle of a case, as one does at an illegal address: from then on
// functions of the table fail. What broke it is a finding; what never got to run is none.
#include <gtest/gtest.h>

#include "fp8oracle/error.h"
#include "fp8oracle/operations/arguments.h"
#include "fp8oracle/profile.h"
#include "reference/backend.h"
#include "runner/execute.h"
#include "runner/finding.h"
#include "runner/verify.h"

namespace fp8oracle::runner {
namespace {

enum Function : unsigned {
  kAlloc = 1,
  kUpload = 2,
  kDownload = 4,
  kCopy = 8,
  kFill = 16,
  kSynchronize = 32,
  kStreamCreate = 64,
  kAll = 127,
};

/// The reference on a device whose functions `fails` fail once `quantize` was called `after` times.
struct Fake {
  unsigned fails = kAll;
  int after = 1;
  int calls = 0;
};
Fake fake;

template <Function kFunction>
bool broken(fp8oracle_message message) {
  if (fake.calls < fake.after || (fake.fails & kFunction) == 0) return false;
  report(FP8ORACLE_DEVICE_ERROR, "an illegal address", message);
  return true;
}

/// The reference's function, or the error.
template <Function kFunction, auto kMember, class... Args>
fp8oracle_status unless_broken(Args... args, fp8oracle_message message) {
  if (broken<kFunction>(message)) return FP8ORACLE_DEVICE_ERROR;
  return (reference::backend().*kMember)(args..., message);
}

using Table = fp8oracle_backend_table;

const Table& breaking_table() {
  static const Table table = [] {
    Table t = reference::backend();
    t.alloc = unless_broken<kAlloc, &Table::alloc, std::uint64_t, void**>;
    t.upload =
        unless_broken<kUpload, &Table::upload, void*, const void*, std::uint64_t, fp8oracle_stream>;
    t.download = unless_broken<kDownload, &Table::download, void*, const void*, std::uint64_t,
                               fp8oracle_stream>;
    t.copy =
        unless_broken<kCopy, &Table::copy, void*, const void*, std::uint64_t, fp8oracle_stream>;
    // In no time: so that many of them are a lag.
    t.fill = [](void*, std::uint8_t, std::uint64_t, fp8oracle_stream, fp8oracle_message message) {
      return broken<kFill>(message) ? FP8ORACLE_DEVICE_ERROR : FP8ORACLE_OK;
    };
    t.synchronize = unless_broken<kSynchronize, &Table::synchronize, fp8oracle_stream>;
    t.stream_create = [](fp8oracle_stream* stream, fp8oracle_message message) {
      static int place = 0;  // a null stream would never lag behind
      *stream = reinterpret_cast<fp8oracle_stream>(&place);
      return broken<kStreamCreate>(message) ? FP8ORACLE_DEVICE_ERROR : FP8ORACLE_OK;
    };
    t.quantize = [](const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                    fp8oracle_message message) {
      ++fake.calls;
      return reference::backend().quantize(args, stream, message);
    };
    t.workspace_bytes = [](fp8oracle_operation, const void*, std::uint64_t* bytes,
                           fp8oracle_message) {
      *bytes = 16;
      return FP8ORACLE_OK;
    };
    return t;
  }();
  return table;
}

/// Steps 1, 2 and 4 of the five come after the first call: an upload, a call, and one more after a
/// wait.
Case some_calls(bool asynchronous) {
  Case c;
  c.clause = "K10";
  c.scheme = "e4m3.tensor.row.compact.te";
  c.inputs.push_back({"x", FP8ORACLE_F32, 4, 8, 8, 0, std::vector<std::uint8_t>(4 * 8 * 4, 0x3F)});
  c.tensors.push_back({"t", parse_scheme(c.scheme, find_profile("te")), 4, 8, 0});
  c.cells.push_back({"scale", {0x3F800000u}});
  Step cast(FP8ORACLE_OP_QUANTIZE);
  cast.give("input", "x").give("scale", "scale").give("rowwise", "t");
  const Step set = Step(Control::kSet).give("cell", "scale").set("bits", 0x40000000u);
  c.steps = {cast, set, cast, Step(Control::kSynchronize), cast};
  c.asynchronous = asynchronous;
  return c;
}

Outcome run(const Case& c) { return execute(breaking_table(), c, lay_out(c), Fill::kA); }

struct Broken {
  const char* name;
  unsigned fails;
  bool asynchronous;
  std::size_t first;  ///< the first step that cannot be what it should be
};

/// What GoogleTest prints for a parameter.
void PrintTo(const Broken& what, std::ostream* out) { *out << what.name; }

class BrokenDevice : public testing::TestWithParam<Broken> {};

TEST_P(BrokenDevice, IsWhatTheStepLeft) {
  fake = {GetParam().fails, 1, 0};
  const Case c = some_calls(GetParam().asynchronous);
  const Outcome outcome = run(c);
  ASSERT_EQ(outcome.steps.size(), c.steps.size());
  for (std::size_t i = 0; i < GetParam().first; ++i) {
    EXPECT_EQ(outcome.steps[i].status, FP8ORACLE_OK) << i << ": " << outcome.steps[i].message;
  }
  const StepOutcome& first = outcome.steps[GetParam().first];
  EXPECT_EQ(first.status, FP8ORACLE_DEVICE_ERROR);
  EXPECT_NE(first.message.find("an illegal address"), std::string::npos) << first.message;
  EXPECT_EQ(first.arena.size(), lay_out(c).bytes);
}

INSTANTIATE_TEST_SUITE_P(AfterACall, BrokenDevice,
                         testing::Values(Broken{"alloc", kAlloc, false, 2},
                                         Broken{"upload", kUpload, false, 1},
                                         Broken{"download", kDownload, false, 0},
                                         Broken{"synchronize", kSynchronize, false, 0},
                                         Broken{"everything", kAll, false, 0},
                                         Broken{"alloc_in_stream", kAlloc, true, 2},
                                         Broken{"copy_in_stream", kCopy, true, 0},
                                         Broken{"fill_in_stream", kFill, true, 4},
                                         Broken{"download_in_stream", kDownload, true, 0},
                                         Broken{"synchronize_in_stream", kSynchronize, true, 0},
                                         Broken{"everything_in_stream", kAll, true, 0}),
                         [](const testing::TestParamInfo<Broken>& what) {
                           return std::string(what.param.name);
                         });

TEST(BrokenDeviceBefore, IsNoMatterOfTheCase) {
  for (const unsigned function : {kAlloc, kUpload, kSynchronize, kStreamCreate}) {
    fake = {function, 0, 0};
    EXPECT_THROW(run(some_calls(false)), BackendError) << function;
    EXPECT_EQ(fake.calls, 0) << function;
  }
  fake = {kFill, 0, 0};
  EXPECT_THROW(run(some_calls(true)), BackendError);
}

TEST(BrokenDeviceVerify, FailsTheClauseWithTheCaseThatBrokeIt) {
  fake = {kAll, 7, 0};
  VerifyOptions options;
  options.profiles = {find_profile("te")};
  options.scheme_pattern = "e4m3.tensor.*.*.*";
  options.clause_ids = {"K10"};
  options.threads = 1;
  const Report report = verify([] { return open_in_process(breaking_table()); },
                               [] { return open_in_process(reference::backend()); }, options);
  const ClauseResult& clause = report.clauses.at(0);
  EXPECT_EQ(clause.status, Status::kFailed) << clause.reason;
  EXPECT_EQ(clause.schemes.at(0).status, Status::kFailed) << clause.schemes.at(0).reason;
  EXPECT_EQ(clause.schemes.at(1).status, Status::kError) << clause.schemes.at(1).reason;
  ASSERT_TRUE(clause.finding.has_value());
  EXPECT_EQ(clause.finding->scheme, clause.schemes.at(0).scheme);
  EXPECT_EQ(clause.finding->original.clause, "K10");
  const std::string text = to_text(*clause.finding);
  EXPECT_NE(text.find("an illegal address"), std::string::npos) << text;
  EXPECT_NE(text.find("could not be run once more"), std::string::npos) << text;
  EXPECT_EQ(text.find("passed"), std::string::npos) << text;
  EXPECT_EQ(report.exit_code(), 1);
}

}  // namespace
}  // namespace fp8oracle::runner
