// SPDX-License-Identifier: Apache-2.0
// Two devices in one process: streams and memory on one and the other in turn, calls made while
// either is current.
#include <gtest/gtest.h>

#include "around.h"
#include "cases.h"
#include "elsewhere.h"
#include "fp8oracle/profile.h"
#include "reference/backend.h"
#include "runner/judge.h"
#include "runner/report.h"
#include "runner/verify.h"

namespace fp8oracle::cuda_tests {
namespace {

class CudaDevices : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
    int count = 0;
    ASSERT_EQ(cudaGetDeviceCount(&count), cudaSuccess);
    if (count < 2) GTEST_SKIP() << "one CUDA device: a second one is needed";
    Elsewhere::home = 0;
    Elsewhere::calls = Elsewhere::moved = 0;
  }
  void TearDown() override { (void)cudaSetDevice(0); }

  static void expect_made(fp8oracle_status status) { ASSERT_EQ(status, FP8ORACLE_OK) << text_; }
  static fp8oracle_message message() { return {text_, sizeof text_}; }

  inline static char text_[256] = {};
};

TEST_F(CudaDevices, EveryClausePassesOnEitherWhicheverIsCurrent) {
  const Table table = table_around<Elsewhere>();
  runner::VerifyOptions options;
  options.profiles = {find_profile("te")};
  options.scheme_pattern = "e4m3.*.*.*.*";
  options.threads = 1;
  const runner::Report report =
      runner::verify([&] { return runner::open_in_process(table); },
                     [] { return runner::open_in_process(reference::backend()); }, options);
  EXPECT_EQ(report.exit_code(), 0) << runner::report_to_text(report);
  EXPECT_GT(Elsewhere::calls, 1000u);
  EXPECT_EQ(Elsewhere::moved, 0u);
}

// Cooperative launches and shared memory by each device's own limits.
TEST_F(CudaDevices, LargeCurrentScalingPassesOnEither) {
  const Table table = table_around<Elsewhere>();
  const auto subject = runner::open_in_process(table);
  const auto reference = runner::open_in_process(reference::backend());
  for (const Case& c : large_current_cases()) {
    for (int repeat = 0; repeat < 3; ++repeat) {
      const runner::Trial trial =
          runner::judge(runner::property_of(c.clause), c, *reference, *subject);
      EXPECT_EQ(trial.comparison.total, 0u) << c.scheme << " on device " << Elsewhere::home << ": "
                                            << trial.subject.steps.at(0).message;
    }
  }
  EXPECT_EQ(Elsewhere::moved, 0u);
}

TEST_F(CudaDevices, ARecordingStaysOnItsDevice) {
  const Table& table = cuda::backend();
  fp8oracle_stream streams[2] = {};
  for (int device : {0, 1}) {
    ASSERT_EQ(cudaSetDevice(device), cudaSuccess);
    expect_made(table.stream_create(&streams[device], message()));
  }
  fp8oracle_recording recording = nullptr;
  std::uint64_t nodes = 0;
  expect_made(table.capture(streams[0], message()));
  expect_made(table.end_capture(streams[0], &recording, &nodes, message()));
  expect_made(table.replay(recording, streams[0], message()));
  EXPECT_EQ(table.replay(recording, streams[1], message()), FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_EQ(std::string(text_), "stream: is on device 1, the recording was made on device 0");
  table.recording_destroy(recording);
  for (const fp8oracle_stream stream : streams) table.stream_destroy(stream);
}

// 1000 times 256 MiB: more than any device has.
TEST_F(CudaDevices, MemoryIsFreedWhicheverIsCurrent) {
  for (int i = 0; i < 1000; ++i) {
    void* data = nullptr;
    ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
    expect_made(cuda::backend().alloc(std::uint64_t{256} << 20, &data, message()));
    ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
    cuda::backend().free(data);
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
