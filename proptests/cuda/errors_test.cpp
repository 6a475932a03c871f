// SPDX-License-Identifier: Apache-2.0
// Errors that a call meets and that are not its own, on a device.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "around.h"
#include "cases.h"
#include "fp8oracle/error.h"
#include "fp8oracle/profile.h"
#include "left_behind.h"
#include "reference/backend.h"
#include "runner/execute.h"
#include "runner/report.h"
#include "runner/verify.h"

namespace fp8oracle::cuda_tests {
namespace {

class CudaErrors : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
  }
};

TEST_F(CudaErrors, ALeftoverErrorIsNoneOfACallAndStays) {
  LeftBehind::left = LeftBehind::lost = 0;
  const Table table = table_around<LeftBehind>();
  runner::VerifyOptions options;
  options.profiles = {find_profile("te")};
  options.scheme_pattern = "e4m3.*.*.*.*";
  options.threads = 1;
  const runner::Report report =
      runner::verify([&] { return runner::open_in_process(table); },
                     [] { return runner::open_in_process(reference::backend()); }, options);
  EXPECT_EQ(report.exit_code(), 0) << runner::report_to_text(report);
  EXPECT_GT(LeftBehind::left, 1000u);
  EXPECT_EQ(LeftBehind::lost, 0u);
}

TEST_F(CudaErrors, ATooLargeAllocationIsSaidAndForgotten) {
  char text[256] = {};
  void* data = nullptr;
  EXPECT_EQ(cuda::backend().alloc(std::uint64_t{1} << 50, &data, {text, sizeof text}),
            FP8ORACLE_OUT_OF_MEMORY)
      << text;
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
}

// In a process of its own: a kernel reads at an address that is nobody's, which breaks the context.
// Returns what is wrong with the answers.
std::string break_the_device() {
  Table table = cuda::backend();
  table.amax = [](const fp8oracle_amax_args* args, fp8oracle_stream stream,
                  fp8oracle_message message) {
    fp8oracle_amax_args wild = *args;
    wild.input.data.data = reinterpret_cast<void*>(0x1000);
    return cuda::backend().amax(&wild, stream, message);
  };
  const Case* breaks = nullptr;
  const std::vector<Case> cases = cases_of_every_clause(table, "e4m3.tensor.row.*.*");
  for (const Case& c : cases) {
    for (const Step& step : c.steps) {
      if (step.is(FP8ORACLE_OP_AMAX) && breaks == nullptr && !c.inputs.front().bits.empty())
        breaks = &c;
    }
  }
  if (breaks == nullptr) return "no case has an amax";
  const Outcome outcome = runner::execute(table, *breaks, lay_out(*breaks), Fill::kA);
  if (outcome.steps.size() != breaks->steps.size()) return "steps are missing";
  if (!runner::device_failed(outcome)) return "no step shows the device's error";
  std::fprintf(stderr, "%s\n", outcome.steps.back().message.c_str());
  for (const Case& c : cases) {
    try {
      runner::execute(cuda::backend(), c, lay_out(c), Fill::kA);
      return "a case began on a broken device";
    } catch (const BackendError&) {
    }
  }
  char text[256] = {};
  void* data = nullptr;
  if (table.alloc(1, &data, {text, sizeof text}) != FP8ORACLE_DEVICE_ERROR) return text;
  fp8oracle_stream stream = nullptr;
  if (table.stream_create(&stream, {text, sizeof text}) != FP8ORACLE_DEVICE_ERROR) return text;
  return "";
}

TEST_F(CudaErrors, AnIllegalAddressIsADeviceErrorOfEveryCallAfterIt) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const std::string problem = break_the_device();
        std::fprintf(stderr, "%s\n", problem.c_str());
        std::exit(problem.empty() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "cudaErrorIllegalAddress");
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
