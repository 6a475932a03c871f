// SPDX-License-Identifier: Apache-2.0
// Each fault planted in a CUDA kernel must turn a clause red.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "optimized/cuda/backend.h"
#include "optimized/cuda/mutants/block_mutants.h"
#include "optimized/cuda/mutants/tensor_mutants.h"
#include "reference/backend.h"
#include "runner/verify.h"

namespace fp8oracle::cuda_tests {
namespace {

// Red clauses of a run, or what else came out.
std::string killed_by(const runner::Report& report) {
  std::string ids;
  for (const auto& clause : report.clauses) {
    if (clause.status == runner::Status::kFailed) ids += (ids.empty() ? "" : " ") + clause.id;
  }
  return ids;
}

void expect_killed(const cuda::mutants::Mutant& mutant, const std::vector<Profile>& profiles,
                   const std::string& schemes) {
  const auto start = std::chrono::steady_clock::now();
  runner::VerifyOptions options;
  options.profiles = profiles;
  options.scheme_pattern = schemes;
  options.stop_at_first_failure = true;
  options.shrink = false;
  const runner::Report report =
      runner::verify([&] { return runner::open_in_process(*mutant.table); },
                     [] { return runner::open_in_process(reference::backend()); }, options);
  const std::string ids = killed_by(report);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::cout << mutant.name << " (" << mutant.summary << "; meant for " << mutant.clause
            << "): " << (ids.empty() ? "SURVIVED" : "killed by " + ids) << ", " << seconds.count()
            << " s\n";
  EXPECT_NE(ids, "") << mutant.name;
}

TEST(CudaTensorMutants, AreAllKilled) {
  if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
  for (const auto& mutant : cuda::mutants::tensor_mutants())
    expect_killed(mutant, {find_profile("te")}, "e4m3.tensor.*.*.*");
}

TEST(CudaBlockMutants, AreAllKilled) {
  if (!cuda::device_problem().empty()) GTEST_SKIP() << cuda::device_problem();
  // Transposed codes and scale code 255 are torchao's.
  for (const auto& mutant : cuda::mutants::block_mutants())
    expect_killed(mutant, builtin_profiles(), "e4m3.*.*.*.*");
}

}  // namespace
}  // namespace fp8oracle::cuda_tests
