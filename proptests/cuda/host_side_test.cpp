// SPDX-License-Identifier: Apache-2.0
// What the backend's host side makes of errors and of two devices, on the runtime of
// fake_runtime.h: no device needed.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "around.h"
#include "cases.h"
#include "elsewhere.h"
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

// The calls of the runtime up to the last step, once what is asked for a single time is known.
std::uint64_t calls_of(const Case& c) {
  fake::reset();
  run(cuda::backend(), c);
  fake::reset();
  return run(cuda::backend(), c).calls;
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
    const std::uint64_t calls = calls_of(c);
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
    const std::uint64_t calls = calls_of(c);
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

TEST_F(HostSide, OnABrokenDeviceNothingBegins) {
  fake::break_at(0);
  char text[256] = {};
  void* data = nullptr;
  fp8oracle_stream stream = nullptr;
  EXPECT_EQ(cuda::backend().alloc(1, &data, {text, sizeof text}), FP8ORACLE_DEVICE_ERROR) << text;
  EXPECT_EQ(cuda::backend().stream_create(&stream, {text, sizeof text}), FP8ORACLE_DEVICE_ERROR)
      << text;
  cuda::backend().free(nullptr);
  cuda::backend().stream_destroy(nullptr);
  cuda::backend().recording_destroy(nullptr);
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
}

TEST_F(HostSide, TooLittleMemoryIsSaid) {
  char text[256] = {};
  void* data = nullptr;
  std::uint64_t calls = 0;
  for (int i = 0; i < 2; ++i) {  // the first time looks at the device
    fake::reset();
    ASSERT_EQ(cuda::backend().alloc(1, &data, {text, sizeof text}), FP8ORACLE_OK) << text;
    calls = fake::calls();
    cuda::backend().free(data);
  }
  fake::reset();
  fake::fail_at(calls - 1, cudaErrorMemoryAllocation);
  EXPECT_EQ(cuda::backend().alloc(1, &data, {text, sizeof text}), FP8ORACLE_OUT_OF_MEMORY) << text;
  EXPECT_EQ(fake::failed(), "cudaMalloc");
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
}

// Limits of one device are none of the other: the fake runtime refuses what does not fit.
TEST_F(HostSide, CallsRunOnTheDeviceOfTheirStream) {
  Elsewhere::home = 0;
  Elsewhere::calls = Elsewhere::moved = 0;
  const Table table = table_around<Elsewhere>();
  for (const Case& c : cases_of_every_clause(cuda::backend(), kAll))
    expect_references_statuses(c, run(table, c));
  for (int repeat = 0; repeat < 3; ++repeat) {
    for (const Case& c : large_current_cases()) {
      const CaseRun observed = run(table, c);
      ASSERT_EQ(observed.steps.size(), 1u);
      EXPECT_EQ(observed.steps[0].status, FP8ORACLE_OK) << observed.steps[0].message;
    }
  }
  EXPECT_EQ(Elsewhere::moved, 0u);
  std::uint64_t on[2] = {};
  for (const fake::Launch& launch : fake::launches()) {
    ++on[launch.device];
    EXPECT_EQ(launch.early, launch.device == 0);
  }
  EXPECT_GT(on[0], 300u);
  EXPECT_GT(on[1], 300u);
}

TEST_F(HostSide, ARecordingStaysOnItsDevice) {
  const Table& table = cuda::backend();
  char text[256] = {};
  const fp8oracle_message message{text, sizeof text};
  fp8oracle_stream streams[2] = {};
  for (int device : {0, 1}) {
    ASSERT_EQ(cudaSetDevice(device), cudaSuccess);
    ASSERT_EQ(table.stream_create(&streams[device], message), FP8ORACLE_OK) << text;
  }
  fp8oracle_recording recording = nullptr;
  std::uint64_t nodes = 0;
  EXPECT_EQ(table.capture(streams[0], message), FP8ORACLE_OK) << text;
  EXPECT_EQ(table.end_capture(streams[0], &recording, &nodes, message), FP8ORACLE_OK) << text;
  EXPECT_EQ(table.replay(recording, streams[0], message), FP8ORACLE_OK) << text;
  EXPECT_EQ(table.replay(recording, streams[1], message), FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_EQ(std::string(text), "stream: is on device 1, the recording was made on device 0");
  table.recording_destroy(recording);
  for (const fp8oracle_stream stream : streams) table.stream_destroy(stream);
}

TEST_F(HostSide, WhatDoesNotAnswerIsAskedAgain) {
  char text[256] = {};
  void* data = nullptr;
  fake::break_at(0);
  (void)cuda::backend().alloc(1, &data, {text, sizeof text});
  fake::reset();
  EXPECT_EQ(cuda::backend().alloc(1, &data, {text, sizeof text}), FP8ORACLE_OK) << text;
  cuda::backend().free(data);
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
