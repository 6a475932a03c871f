// SPDX-License-Identifier: Apache-2.0
// What an amax that stands there already counts for [K12].
#include <gtest/gtest.h>

#include <bit>

#include "mutants/mutants.h"
#include "subject.h"

namespace fp8oracle::mutants {
namespace {

using tests::Example;
using tests::Outputs;
using tests::Subject;

/// The bits of amax after a cast of the numbers, whose largest magnitude is 2.
std::uint32_t amax_after(Subject& subject, std::uint32_t prior, std::uint32_t columns) {
  Example e;
  e.scheme.format = kE4M3;
  e.scheme.knobs.element_max_code = kE4M3.max_code;
  e.rows = 1, e.cols = e.row_stride = columns;
  constexpr float kNumbers[] = {1.0f, -2.0f};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(kNumbers);
  e.input.assign(bytes, bytes + columns * sizeof(float));
  e.prior_amax = std::bit_cast<float>(prior);
  Outputs outputs = subject.quantize(e);
  return std::bit_cast<std::uint32_t>(outputs.amax);
}

constexpr std::uint32_t kTwo = 0x40000000, kThree = 0x40400000;

TEST(PriorAmax, CountsUnlessItsSignBitIsSet) {
  Subject kernel(correct_kernel());
  EXPECT_EQ(amax_after(kernel, 0, 2), kTwo);
  EXPECT_EQ(amax_after(kernel, kThree, 2), kThree);
  EXPECT_EQ(amax_after(kernel, 0x7FC00001, 2), 0x7FC00001u) << "NaN stays";
  for (const std::uint32_t negative : {0x80000000u, 0xC0400000u, 0xFF800000u, 0xFFC00000u}) {
    EXPECT_EQ(amax_after(kernel, negative, 2), kTwo) << std::hex << negative;
    EXPECT_EQ(amax_after(kernel, negative, 0), negative) << std::hex << negative << ", empty";
  }
}

TEST(PriorAmax, OfANegativeNumberIsKeptByTheMutantThatComparesBits) {
  Subject mutant(*find_mutant("amax-prior-negative-kept")->table);
  EXPECT_EQ(amax_after(mutant, kThree, 2), kThree);
  EXPECT_EQ(amax_after(mutant, 0xC0400000, 2), 0xC0400000u);
  EXPECT_EQ(amax_after(mutant, 0x80000000, 2), 0x80000000u);
}

}  // namespace
}  // namespace fp8oracle::mutants
