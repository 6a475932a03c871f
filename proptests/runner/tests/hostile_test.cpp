// SPDX-License-Identifier: Apache-2.0
// Every way in which a backend ends its process is a death of the step in flight, with a reason,
// and the next case runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <regex>
#include <thread>

#include "backends/honest.h"
#include "door_fixture.h"
#include "fp8oracle/error.h"
#include "runner/child_session.h"

namespace fp8oracle::runner {
namespace {

using namespace std::chrono_literals;

struct Hostile {
  const char* backend;
  const char* reason;  ///< a regular expression for the whole of it
};

/// What GoogleTest prints for a parameter.
void PrintTo(const Hostile& hostile, std::ostream* out) { *out << hostile.backend; }

class HostileBackend : public testing::TestWithParam<Hostile> {
 protected:
  static std::unique_ptr<ChildSession> open(const std::string& backend) {
    ChildOptions options = child_options(library(backend));
    options.case_limit = 500ms;
    options.memory_limit_bytes = std::uint64_t{256} << 20;
    return open_in_child(options);
  }
};

TEST_P(HostileBackend, DiesInItsStepAndTheRunGoesOn) {
  const std::size_t descriptors = open_descriptors();
  {
    const auto child = open(GetParam().backend);
    for (int round = 0; round < 2; ++round) {
      const Outcome outcome = child->run(amax_then_quantize(), Fill::kA);
      ASSERT_TRUE(outcome.death);
      EXPECT_EQ(outcome.death->step, 1u);
      EXPECT_TRUE(std::regex_match(outcome.death->reason, std::regex(GetParam().reason)))
          << outcome.death->reason;
      EXPECT_EQ(outcome.steps.size(), 1u) << "what was finished before must be kept";
      const Outcome next = child->run(amax_only(), Fill::kA);
      ASSERT_FALSE(next.death) << next.death->reason;
      EXPECT_EQ(next.steps[0].arena, outcome.steps[0].arena);
    }
  }
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST_P(HostileBackend, TakesOnlyItsOwnCaseOutOfABatch) {
  const auto child = open(GetParam().backend);
  const Case good = amax_only(), bad = amax_then_quantize();
  const std::vector<CaseRun> runs{{&good, Fill::kA}, {&bad, Fill::kA}, {&good, Fill::kB}};
  const auto outcomes = child->run_batch(runs);
  ASSERT_EQ(outcomes.size(), 3u);
  EXPECT_FALSE(outcomes[0].death);
  EXPECT_TRUE(outcomes[1].death);
  EXPECT_FALSE(outcomes[2].death);
}

constexpr Hostile kHostile[] = {
    {"segfault", R"(killed by signal 11 \(Segmentation fault\))"},
    {"wild_write", R"(killed by signal 11 \(Segmentation fault\))"},
    {"abort",
     R"(killed by signal 6 \(Aborted\); it last printed: assertion failed: tile % 4 == 0)"},
    {"corrupt_heap",
     R"(killed by signal 6 \(Aborted\); it last printed: .*(free|munmap|corrupt).*)"},
    {"terminate",
     R"(killed by signal 6 \(Aborted\); it last printed: terminate called .*tile does not fit)"},
    {"throw_exception", R"(let a C\+\+ exception cross the table: tile does not fit)"},
    {"exit_zero", R"(exited with status 0)"},
    {"infinite_loop", R"(no answer within 500 ms)"},
    {"stop", R"(no answer within 500 ms)"},
    {"allocate_without_bound", R"(ran out of memory \(std::bad_alloc\))"},
    {"leave_a_process", R"(exited with status 3)"},
};

INSTANTIATE_TEST_SUITE_P(InItsStep, HostileBackend, testing::ValuesIn(kHostile),
                         [](const testing::TestParamInfo<Hostile>& hostile) {
                           return std::string(hostile.param.backend);
                         });

TEST(HostileBackendOutcome, WritesPastABufferShowInTheGuard) {
  const auto child = open_child(library("overrun"));
  const Case c = amax_then_quantize();
  const Outcome outcome = child->run(c, Fill::kA);
  ASSERT_FALSE(outcome.death);
  const Arena arena = lay_out(c);
  const ArenaBuffer& codes = arena.codes("t", FP8ORACLE_ROWWISE);
  const auto behind = static_cast<std::ptrdiff_t>(codes.begin + codes.bytes);
  const std::vector<std::uint8_t> zeros(64, 0);
  EXPECT_TRUE(std::equal(zeros.begin(), zeros.end(), outcome.steps[1].arena.begin() + behind));
  EXPECT_EQ(outcome.steps[1].arena[static_cast<std::size_t>(behind) + 64], 0xA5);
  EXPECT_FALSE(child->run(amax_only(), Fill::kA).death);
}

TEST(HostileBackendOutcome, AFloodOfOutputIsNoFailure) {
  const auto child = open_child(library("print_flood"));
  const Outcome outcome = child->run(amax_then_quantize(), Fill::kA);
  ASSERT_FALSE(outcome.death) << outcome.death->reason;
  EXPECT_EQ(outcome.steps.size(), 2u);
}

TEST(HostileBackendOutcome, TheSharedMemoryCannotBeTakenAway) {
  const auto child = open_child(library("truncate_shared_memory"));
  const Outcome outcome = child->run(amax_then_quantize(), Fill::kA);
  ASSERT_FALSE(outcome.death) << outcome.death->reason;
  EXPECT_EQ(outcome.steps[1].status, FP8ORACLE_OK);
}

TEST(HostileBackendOutcome, OverwrittenSharedMemoryHarmsOnlyTheCase) {
  const auto child = open_child(library("scribble_shared_memory"));
  const Outcome outcome = child->run(amax_then_quantize(), Fill::kA);
  ASSERT_GE(outcome.steps.size(), 1u);
  EXPECT_EQ(outcome.steps[0].status, FP8ORACLE_INTERNAL_ERROR);
  EXPECT_FALSE(child->run(amax_only(), Fill::kA).death);
}

TEST(HostileBackendOutcome, AnUnknownStatusIsAnError) {
  const auto child = open_child(library("unknown_status"));
  const Outcome outcome = child->run(amax_then_quantize(), Fill::kA);
  ASSERT_EQ(outcome.steps.size(), 2u);
  EXPECT_EQ(outcome.steps[1].status, FP8ORACLE_INTERNAL_ERROR);
  EXPECT_EQ(outcome.steps[1].message, "returned the unknown status 77: ");
}

TEST(HostileBackendOutcome, ABrokenDeviceIsWhatTheStepLeftAndTheRunGoesOnInAFreshProcess) {
  const auto child = open_child(library("break_device"));
  const Case good = amax_only(), bad = amax_then_quantize();
  const std::vector<CaseRun> runs{
      {&good, Fill::kA}, {&bad, Fill::kA}, {&good, Fill::kB}, {&bad, Fill::kB}, {&good, Fill::kA}};
  const auto outcomes = child->run_batch(runs);
  ASSERT_EQ(outcomes.size(), 5u);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& outcome = outcomes[i];
    ASSERT_FALSE(outcome.death) << i << ": " << outcome.death->reason;
    ASSERT_EQ(outcome.steps.size(), runs[i].test_case->steps.size());
    EXPECT_EQ(outcome.steps[0].status, FP8ORACLE_OK);
    if (runs[i].test_case == &good) continue;
    EXPECT_EQ(outcome.steps[1].status, FP8ORACLE_DEVICE_ERROR);
    EXPECT_NE(outcome.steps[1].message.find("an illegal address"), std::string::npos)
        << outcome.steps[1].message;
  }
}

TEST(HostileBackendOutcome, AClosedChannelIsADeath) {
  for (const char* backend : {"close_all_descriptors", "shut_the_channel"}) {
    const auto child = open_child(library(backend));
    const Outcome outcome = child->run(amax_then_quantize(), Fill::kA);
    ASSERT_TRUE(outcome.death) << backend;
    EXPECT_EQ(outcome.death->reason, "after the last step: closed its channel to the tool");
    EXPECT_EQ(outcome.steps.size(), 2u);
    EXPECT_FALSE(child->run(amax_only(), Fill::kA).death);
  }
}

TEST(HostileBackendOutcome, GarbageOnTheChannelIsADeath) {
  const auto child = open_child(library("garbage_on_channel"));
  const Outcome outcome = child->run(amax_then_quantize(), Fill::kA);
  ASSERT_TRUE(outcome.death);
  EXPECT_NE(outcome.death->reason.find("wrote garbage into its channel to the tool"),
            std::string::npos)
      << outcome.death->reason;
  EXPECT_FALSE(child->run(amax_only(), Fill::kA).death);
}

TEST(HostileBackendOutcome, ADeathBetweenTwoCasesIsNotLostAndSaysSo) {
  const auto child = open_child(library("crash_later"));
  ASSERT_FALSE(child->run(amax_then_quantize(), Fill::kA).death);
  std::this_thread::sleep_for(300ms);
  const Outcome outcome = child->run(amax_only(), Fill::kA);
  ASSERT_TRUE(outcome.death);
  EXPECT_EQ(outcome.death->step, 0u);
  EXPECT_EQ(outcome.death->reason,
            "before this case began, after 1 others in the same process: "
            "killed by signal 11 (Segmentation fault)");
  EXPECT_FALSE(child->run(amax_only(), Fill::kA).death);
}

TEST(HostileBackendOutcome, ADeathInSupportsNamesTheQuestion) {
  const auto child = open_child(library("crash_in_supports"));
  const Scheme scheme = amax_only().tensors[0].scheme;
  try {
    child->unsupported(FP8ORACLE_OP_QUANTIZE, scheme, FP8ORACLE_F32);
    ADD_FAILURE() << "an answer from a backend that dies over the question";
  } catch (const BackendError& error) {
    EXPECT_EQ(std::string(error.what()),
              "backend " + library("crash_in_supports") +
                  ": supports(quantize, ...): killed by signal 11 (Segmentation fault)");
  }
  // A call is asked about as well.
  EXPECT_TRUE(child->run(amax_then_quantize(), Fill::kA).death);
}

TEST(HostileBackendOutcome, ABackendThatCannotBeStartedAgainIsADeath) {
  const std::string copy = testing::TempDir() + "/vanishing.so";
  std::filesystem::copy_file(library("segfault"), copy,
                             std::filesystem::copy_options::overwrite_existing);
  const auto child = open_child(copy);
  std::filesystem::remove(copy);
  ASSERT_TRUE(child->run(amax_then_quantize(), Fill::kA).death);
  const Outcome outcome = child->run(amax_only(), Fill::kA);
  ASSERT_TRUE(outcome.death);
  EXPECT_EQ(outcome.death->reason, "cannot be started again: backend " + copy +
                                       ": cannot be read: No such file or directory");
}

}  // namespace
}  // namespace fp8oracle::runner
