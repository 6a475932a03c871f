// SPDX-License-Identifier: Apache-2.0
// What the backend's host side makes of errors, on the runtime of fake_runtime.h: no device needed.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "around.h"
#include "cases.h"
#include "fake_runtime.h"
#include "fp8oracle/error.h"
#include "left_behind.h"
#include "reference/backend.h"
#include "runner/execute.h"

namespace fp8oracle::cuda_tests {
namespace {

constexpr const char* kAll = "e4m3.*.*.*.*";

struct CaseRun {
  std::vector<StepOutcome> steps;
  std::uint64_t calls = 0;  // of the runtime until the last step was over
  bool began = true;        // false: what failed is no matter of the case
};

CaseRun run(const Table& table, const Case& c) {
  CaseRun result;
  try {
    runner::execute(table, c, lay_out(c), Fill::kA, [&](StepOutcome&& step) {
      step.arena.clear();
      result.steps.push_back(std::move(step));
      result.calls = fake::calls();
    });
  } catch (const BackendError&) {
    result.began = false;
  }
  return result;
}

// The statuses that the case has on the reference: some calls are wrong on purpose.
void expect_references_statuses(const Case& c, const CaseRun& observed) {
  const Outcome expected = runner::execute(reference::backend(), c, lay_out(c), Fill::kA);
  ASSERT_EQ(observed.steps.size(), expected.steps.size()) << c.clause << ' ' << c.scheme;
  for (std::size_t i = 0; i < expected.steps.size(); ++i) {
    EXPECT_EQ(observed.steps[i].status, expected.steps[i].status)
        << c.clause << ' ' << c.scheme << ", step " << i << ": " << observed.steps[i].message;
  }
}

// One case of each kind of call: per tensor, MX, many tensors, recorded, swizzled.
std::vector<Case> few_cases() {
  std::vector<Case> few;
  for (Case& c : cases_of_every_clause(cuda::backend(), "e4m3.*.both.*.*")) {
    constexpr std::array kClauses{"K3", "K12", "K19", "K24", "K26", "K27", "K31"};
    const auto same = [&](const Case& other) { return other.clause == c.clause; };
    if (std::find(kClauses.begin(), kClauses.end(), c.clause) == kClauses.end()) continue;
    if (std::count_if(few.begin(), few.end(), same) < 2) few.push_back(std::move(c));
  }
  return few;
}

class HostSide : public testing::Test {
 protected:
  void SetUp() override { fake::reset(); }
};

TEST_F(HostSide, RunsEveryOperation) {
  for (const Case& c : cases_of_every_clause(cuda::backend(), kAll))
    expect_references_statuses(c, run(cuda::backend(), c));
  EXPECT_GT(fake::launches().size(), 1000u);
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
}

TEST_F(HostSide, ALeftoverErrorIsNoneOfACallAndStays) {
  LeftBehind::left = LeftBehind::lost = 0;
  const Table table = table_around<LeftBehind>();
  for (const Case& c : cases_of_every_clause(cuda::backend(), kAll))
    expect_references_statuses(c, run(table, c));
  EXPECT_GT(LeftBehind::left, 1000u);
  EXPECT_EQ(LeftBehind::lost, 0u);
}

TEST_F(HostSide, AnErrorOfAnyCallIsReportedAndForgotten) {
  std::uint64_t runs = 0;
  for (const Case& c : few_cases()) {
    fake::reset();
    const std::uint64_t calls = run(cuda::backend(), c).calls;
    for (std::uint64_t k = 0; k < calls; ++k, ++runs) {
      fake::reset();
      fake::fail_at(k, cudaErrorInvalidValue);
      const CaseRun failed = run(cuda::backend(), c);
      SCOPED_TRACE(c.clause + " " + c.scheme + ", call " + std::to_string(k) + " of " +
                   std::to_string(calls) + ", " + fake::failed());
      EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
      const bool reported =
          !failed.began ||
          std::any_of(failed.steps.begin(), failed.steps.end(),
                      [](const StepOutcome& s) { return s.status == FP8ORACLE_DEVICE_ERROR; });
      EXPECT_TRUE(reported || fake::failed() == "cudaGraphDestroy");
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(runs, 300u);
}

TEST_F(HostSide, ABrokenDeviceIsADeviceErrorOfEveryCallAfterIt) {
  std::uint64_t runs = 0;
  for (const Case& c : few_cases()) {
    fake::reset();
    const std::uint64_t calls = run(cuda::backend(), c).calls;
    for (std::uint64_t k = 0; k < calls; ++k, ++runs) {
      fake::reset();
      fake::break_at(k);
      const CaseRun broken = run(cuda::backend(), c);
      SCOPED_TRACE(c.clause + " " + c.scheme + ", call " + std::to_string(k) + " of " +
                   std::to_string(calls) + ", " + fake::failed());
      EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
      EXPECT_TRUE(!broken.began || broken.steps.back().status == FP8ORACLE_DEVICE_ERROR)
          << broken.steps.back().message;
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(runs, 300u);
}

TEST_F(HostSide, TooLittleMemoryIsSaid) {
  char text[256] = {};
  void* data = nullptr;
  fake::fail_at(0, cudaErrorMemoryAllocation);
  EXPECT_EQ(cuda::backend().alloc(1, &data, {text, sizeof text}), FP8ORACLE_OUT_OF_MEMORY) << text;
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
