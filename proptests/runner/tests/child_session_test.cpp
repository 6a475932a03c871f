// SPDX-License-Identifier: Apache-2.0
#include "runner/child_session.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>
#include <tuple>

#include "backends/honest.h"
#include "door_fixture.h"
#include "fp8oracle/error.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/thread_group.h"

namespace fp8oracle::runner {
namespace {

using namespace std::chrono_literals;

void expect_same(const Outcome& a, const Outcome& b) {
  ASSERT_EQ(a.steps.size(), b.steps.size());
  EXPECT_FALSE(a.death || b.death);
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    EXPECT_EQ(a.steps[i].status, b.steps[i].status);
    EXPECT_EQ(a.steps[i].message, b.steps[i].message);
    EXPECT_EQ(a.steps[i].arena, b.steps[i].arena);
  }
}

std::string opening(const std::string& backend) {
  try {
    open_child(backend);
    return "opened";
  } catch (const BackendError& error) {
    return error.what();
  }
}

/// Whether no such process runs; one that nobody has reaped counts as gone.
bool gone(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string number, name, state;
  return !(file >> number >> name >> state) || state == "Z" || state == "X";
}

TEST(ChildSession, LeavesTheSameBytesAsARunInThisProcess) {
  const fp8oracle_backend_table table = honest_table("honest");
  const auto here = open_in_process(table);
  const auto child = open_child("honest");
  for (const Fill fill : {Fill::kA, Fill::kB}) {
    expect_same(child->run(amax_then_quantize(), fill), here->run(amax_then_quantize(), fill));
  }
  EXPECT_EQ(child->name(), "honest");
  EXPECT_EQ(child->device(), "test");
}

TEST(ChildSession, CarriesTheStatusAndMessageOfABadCall) {
  const auto child = open_child(library("honest_backend"));
  Case c = amax_then_quantize();
  c.steps[1].tamper = Tamper{"input.row_stride", 3, "input.row_stride"};
  const Outcome outcome = child->run(c, Fill::kA);
  ASSERT_EQ(outcome.steps.size(), 2u);
  EXPECT_EQ(outcome.steps[1].status, FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_EQ(outcome.steps[1].message, "input.row_stride: is less than cols");
}

TEST(ChildSession, TampersWithAllThatTheArgumentsPointTo) {
  const auto child = open_child("honest");
  const std::tuple<const char*, std::int64_t, const char*> fields[] = {
      {"struct_size", 16, "struct_size: is 16, less than "},
      {"scheme", 0, "scheme: is missing"},
      {"scheme.struct_size", 8, "scheme.struct_size: is 8, less than "},
      {"scheme.directions", 0, "scheme.directions: is not 1, 2 or 3"},
      {"scheme.profile", 0, "scheme.profile: is missing"},
      {"scheme.format", 0, "scheme.format: is missing"},
      {"scheme.format.bits", 7, "scheme.format.bits: is not 8"},
      {"scheme.grid", 0, "scheme.grid: is missing"},
      {"scheme.grid.struct_size", 8, "scheme.grid.struct_size: is 8, less than "},
      {"scheme.grid.levels", 77, "scheme.grid.levels: is not 1"},
      {"scheme.knobs.values", 0, "scheme.knobs.values: is missing"},
      {"scheme.knobs.element.overflow", 9,
       "scheme.knobs.element.overflow: has the unknown value 9"},
      {"input.type", 3, "input.type: is not F32, BF16 or F16"},
      {"input.data.data", 1, "input.data: is not aligned"},
      {"rowwise.codes.bytes", 31, "rowwise.codes: has 31 bytes, the shape needs 32"},
      {"rowwise.second_scale.bytes", 4, "rowwise.second_scale: is given"},
      {"columnwise.codes.bytes", 4, "columnwise.codes: is given, but not in scheme.directions"},
  };
  for (const auto& [field, value, message] : fields) {
    Case c = amax_then_quantize();
    c.steps[1].tamper = Tamper{field, value, field};
    const Outcome outcome = child->run(c, Fill::kA);
    ASSERT_EQ(outcome.steps.size(), 2u) << field;
    EXPECT_EQ(outcome.steps[1].status, FP8ORACLE_INVALID_ARGUMENT) << field;
    EXPECT_EQ(outcome.steps[1].message.rfind(message, 0), 0u) << outcome.steps[1].message;
  }
}

TEST(InProcessSession, NeverTampersOutOfTheCasesOwnMemory) {
  const fp8oracle_backend_table table = honest_table("honest");
  const auto here = open_in_process(table);
  const std::pair<const char*, std::int64_t> fields[] = {
      {"rowwise.codes.data", std::int64_t{1} << 40},
      {"scheme.grid", 8},
      {"scheme.knobs.values", 4},
      {"struct_size", 1 << 20},
      {"scheme.format.struct_size", 4096},
      {"scheme.grid.nothing", 0}};
  for (const auto& [field, value] : fields) {
    Case c = amax_then_quantize();
    c.steps[1].tamper = Tamper{field, value, field};
    EXPECT_THROW(here->run(c, Fill::kA), UsageError) << field;
  }
  EXPECT_EQ(here->run(amax_then_quantize(), Fill::kA).steps.size(), 2u);
}

TEST(ChildSession, RunsABatchInOrder) {
  const auto child = open_child("honest");
  const Case one = amax_only(), two = amax_then_quantize();
  std::vector<CaseRun> runs;
  for (int i = 0; i < 100; ++i)
    runs.push_back({i % 3 == 0 ? &two : &one, i % 2 ? Fill::kA : Fill::kB});
  const auto outcomes = child->run_batch(runs);
  ASSERT_EQ(outcomes.size(), runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    expect_same(outcomes[i], child->run(*runs[i].test_case, runs[i].fill));
  }
}

TEST(ChildSession, CutsABatchThatIsTooLargeForOneMessage) {
  const auto child = open_child("honest");
  Case large = amax_then_quantize();
  large.inputs[0] = {
      "x", FP8ORACLE_F32, 1024, 1024, 1024, 0, std::vector<std::uint8_t>(4 << 20, 1)};
  large.tensors[0].rows = large.tensors[0].cols = 1024;
  const std::vector<CaseRun> runs(8, CaseRun{&large, Fill::kA});  // 10 MiB each
  const auto outcomes = child->run_batch(runs);
  ASSERT_EQ(outcomes.size(), 8u);
  for (const Outcome& outcome : outcomes) expect_same(outcome, outcomes[0]);
  expect_same(child->run(amax_only(), Fill::kA), child->run(amax_only(), Fill::kA));
}

TEST(ChildSession, TurnsToAnotherBackendInTheSameProcess) {
  const auto child = open_child("honest");
  const pid_t before = child->child_id();
  child->use("mutant:eager");
  EXPECT_EQ(child->name(), "mutant:eager");
  child->use(library("honest_backend"));
  EXPECT_EQ(child->name(), "honest_backend");
  EXPECT_FALSE(child->run(amax_only(), Fill::kA).death);
  EXPECT_EQ(child->child_id(), before);
}

TEST(ChildSession, StaysWithItsBackendWhenTheNewOneCannotBeHad) {
  const auto child = open_child("honest");
  EXPECT_THROW(child->use("mutant:nobody"), BackendError);
  EXPECT_EQ(child->backend(), "honest");
  EXPECT_FALSE(child->run(amax_only(), Fill::kA).death);
}

TEST(ChildSession, SaysWhatIsNotSupported) {
  const auto child = open_child("honest");
  const Scheme scheme = amax_only().tensors[0].scheme;
  EXPECT_EQ(child->unsupported(FP8ORACLE_OP_QUANTIZE, scheme, FP8ORACLE_F32), "");
  EXPECT_EQ(child->unsupported(FP8ORACLE_OP_DEQUANTIZE, scheme, FP8ORACLE_F32),
            "only quantize and amax");
  EXPECT_EQ(child->unsupported(FP8ORACLE_OP_SCALE_INVERSE, scheme, FP8ORACLE_F32),
            "the backend has no scale_inverse");
  child->restart();
  EXPECT_EQ(child->unsupported(FP8ORACLE_OP_DEQUANTIZE, scheme, FP8ORACLE_F32),
            "only quantize and amax");
  EXPECT_EQ(child->child_id(), 0) << "a kept answer must not start a child";
}

TEST(ChildSession, ABackendOfAnotherHeaderCastsAndDeniesWhatItDoesNotKnow) {
  Case cast = amax_only();
  cast.steps = {amax_then_quantize().steps[1]};
  Profile known = find_profile("te"), unknown = known;
  unknown.knobs.mx_columnwise_codes = FP8ORACLE_COLUMNWISE_TRANSPOSED;  // the last knob of today
  const std::string scheme = cast.scheme;
  std::vector<Outcome> outcomes;
  for (const std::string name : {"growth_less", "growth_same", "growth_more"}) {
    const auto child = open_child(std::string(GROWTH_BACKENDS) + "/" + name + ".so");
    const auto why = [&](fp8oracle_operation operation, const Profile& profile) {
      return child->unsupported(operation, parse_scheme(scheme, profile), FP8ORACLE_F32);
    };
    EXPECT_EQ(why(FP8ORACLE_OP_QUANTIZE, known), "") << name;
    EXPECT_EQ(why(FP8ORACLE_OP_SCALE_INVERSE, known), "the backend has no scale_inverse") << name;
    outcomes.push_back(child->run(cast, Fill::kA));
    ASSERT_EQ(outcomes.back().steps.at(0).status, FP8ORACLE_OK) << name;
    expect_same(outcomes.back(), outcomes.front());
    unknown.name = "unknown";
    cast.tensors[0].scheme = parse_scheme("e4m3.tensor.row.compact.unknown", unknown);
    const Outcome denied = child->run(cast, Fill::kA);
    EXPECT_EQ(denied.steps.at(0).status, FP8ORACLE_UNSUPPORTED) << name;
    EXPECT_EQ(denied.steps.at(0).message, name == "growth_less"
                                              ? "scheme.knobs: knob 18 is not known here"
                                              : "scheme.knobs: knob 18 is not that of te");
    cast.tensors[0].scheme = parse_scheme(scheme, known);
  }
}

TEST(ChildSession, OpeningCarriesTheChildsWords) {
  EXPECT_EQ(opening("nobody"), "no backend named 'nobody'");
  EXPECT_EQ(opening("/nowhere/b.so"),
            "backend /nowhere/b.so: cannot be read: No such file or directory");
  EXPECT_EQ(opening(library("wrong_version")),
            "backend " + library("wrong_version") + ": speaks ABI version 99, this tool speaks 2");
  EXPECT_EQ(opening(library("crash_on_load")),
            "backend " + library("crash_on_load") +
                ": loading it ended its process: killed by signal 11 (Segmentation fault)");
}

TEST(ChildSession, OpeningNamesAProgramThatCannotServe) {
  ChildOptions options = child_options("honest");
  options.executable = "/nowhere/tool";
  EXPECT_THROW(open_in_child(options), BackendError);
  options.executable = "/bin/false";
  try {
    open_in_child(options);
    ADD_FAILURE() << "/bin/false served";
  } catch (const BackendError& error) {
    EXPECT_STREQ(error.what(),
                 "backend honest: loading it ended its process: exited with status 1");
  }
}

TEST(ChildSession, ThrowsForACaseThatMakesNoSense) {
  const auto child = open_child("honest");
  Case c = amax_only();
  c.steps[0].give("input", "nobody");
  EXPECT_THROW(child->run(c, Fill::kA), UsageError);
  EXPECT_FALSE(child->run(amax_only(), Fill::kA).death);
}

TEST(ChildSession, LeavesNoDescriptorAndNoProcessBehindOverTwoHundredRestarts) {
  const std::size_t before = open_descriptors();
  {
    const auto child = open_child("honest");
    for (int i = 0; i < 200; ++i) {
      child->restart();
      ASSERT_FALSE(child->run(amax_only(), Fill::kA).death);
    }
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
  EXPECT_EQ(errno, ECHILD);
}

TEST(ChildSession, GivesTheChildNoDescriptorOfItsParent) {
  const auto child = open_child("honest");
  std::size_t count = 0;
  const std::string directory = "/proc/" + std::to_string(child->child_id()) + "/fd";
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory)) ++count;
  EXPECT_EQ(count, 5u) << "stdin, stdout, stderr, channel, memory";
}

TEST(ChildSession, ManyThreadsMayEachHaveOne) {
  on_threads(4, [] {
    const auto child = open_child("honest");
    for (int i = 0; i < 20; ++i) {
      if (i % 5 == 4) child->restart();
      EXPECT_FALSE(child->run(amax_then_quantize(), Fill::kA).death);
    }
  });
}

TEST(ChildSession, DiesWithItsParent) {
  const std::string command = std::string("exec ") + DOOR_SERVE + " --hold honest";
  FILE* holder = popen(("echo $$; " + command).c_str(), "r");
  ASSERT_NE(holder, nullptr);
  int parent = 0, child = 0;
  ASSERT_EQ(std::fscanf(holder, "%d %d", &parent, &child), 2);
  ASSERT_FALSE(gone(child));
  kill(parent, SIGKILL);
  pclose(holder);
  for (int i = 0; i < 100 && !gone(child); ++i) std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(gone(child));
}

}  // namespace
}  // namespace fp8oracle::runner
