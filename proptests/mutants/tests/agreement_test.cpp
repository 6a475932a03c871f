// SPDX-License-Identifier: Apache-2.0
// The control: the kernel that the mutants are made from must itself be right.
#include <gtest/gtest.h>

#include "fp8oracle/compare.h"
#include "fp8oracle/scheme.h"
#include "histories.h"
#include "mutants/mutants.h"
#include "reference/backend.h"
#include "runner/execute.h"

namespace fp8oracle::mutants {
namespace {

std::string describe(const Case& c, const Arena& arena, const Comparison& comparison) {
  if (comparison.equal()) return {};
  const Difference& d = comparison.differences.front();
  const std::string buffer =
      d.buffer < 0 ? "no buffer" : arena.buffers[static_cast<std::size_t>(d.buffer)].name;
  return c.scheme + ", step " + std::to_string(d.step) + " (" +
         std::string(c.steps[d.step].name()) + "), " + buffer + "[" + std::to_string(d.element) +
         "]: " + std::string(to_string(d.kind)) + ", expected " + std::to_string(d.expected) +
         ", observed " + std::to_string(d.observed) + " " + d.text + ", " +
         std::to_string(comparison.total) + " differences";
}

TEST(CorrectKernel, LeavesTheReferencesBytesInEverySchemeOfEveryProfile) {
  std::uint64_t elements = 0;
  for (const Profile& profile : builtin_profiles()) {
    for (const Scheme& scheme : schemes_of(profile)) {
      for (const Case& c : tests::histories(scheme)) {
        const Arena arena = lay_out(c);
        const Outcome reference = runner::execute(reference::backend(), c, arena, Fill::kA);
        const Outcome a = runner::execute(correct_kernel(), c, arena, Fill::kA);
        const Outcome b = runner::execute(correct_kernel(), c, arena, Fill::kB);
        const Comparison comparison = compare(c, arena, reference, a, b);
        elements += comparison.elements;
        ASSERT_TRUE(comparison.equal()) << describe(c, arena, comparison);
      }
    }
  }
  EXPECT_GT(elements, 10000000u) << "hardly anything was compared";
}

}  // namespace
}  // namespace fp8oracle::mutants
