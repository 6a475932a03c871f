// SPDX-License-Identifier: Apache-2.0
// The operations that are made of others: right in the correct kernel, and wrong in a mutant whose
// decision they share.
#include <gtest/gtest.h>

#include <bit>

#include "mutants/mutants.h"
#include "reference/backend.h"
#include "subject.h"

namespace fp8oracle::mutants {
namespace {

using tests::Example;
using tests::Outputs;
using tests::Random;
using tests::Subject;

/// The example and three more of its scheme and type, one of them empty.
std::vector<Example> together_with_others(const Example& first, Random& random) {
  std::vector<Example> examples{first};
  for (const auto& [rows, cols] : {std::pair{0, 3}, {7, 65}, {33, 1}}) {
    Example e = tests::drawn_example(first.scheme, rows, cols, random);
    while (e.type != first.type) e = tests::drawn_example(first.scheme, rows, cols, random);
    examples.push_back(e);
  }
  return examples;
}

TEST(CorrectKernel, ScalesCurrentlyAndInvertsAsTheReference) {
  Subject reference(reference::backend()), kernel(correct_kernel()),
      queued(correct_queued_kernel());
  tests::for_each_example({kTensorGrid}, 60, [&](const Example& e, Random&) {
    for (Subject* subject : {&kernel, &queued}) {
      ASSERT_EQ(subject->quantize_current(e).difference(reference.quantize_current(e)), "")
          << e.name();
      ASSERT_EQ(std::bit_cast<std::uint32_t>(subject->scale_inverse(e)),
                std::bit_cast<std::uint32_t>(reference.scale_inverse(e)))
          << e.name();
    }
  });
}

TEST(CorrectKernel, CastsManyAsTheReference) {
  Subject reference(reference::backend()), kernel(correct_kernel()),
      queued(correct_queued_kernel());
  tests::for_each_example(tests::all_grids(), 1, [&](const Example& first, Random& random) {
    const std::vector<Example> examples = together_with_others(first, random);
    const std::vector<Outputs> expected = reference.quantize_many(examples);
    for (Subject* subject : {&kernel, &queued}) {
      const std::vector<Outputs> made = subject->quantize_many(examples, 16);
      for (std::size_t i = 0; i < examples.size(); ++i)
        ASSERT_EQ(made[i].difference(expected[i]), "") << examples[i].name();
    }
  });
}

// ---- Mutants ------------------------------------------------------------------------------------

enum class Calls { kQuantize, kCurrent, kMany, kInverse };

/// Whether the mutant leaves other bytes than the correct kernel.
bool differs(Subject& mutant, Subject& correct, Calls calls, const Example& e) {
  switch (calls) {
    case Calls::kQuantize: return !mutant.quantize(e).difference(correct.quantize(e)).empty();
    case Calls::kCurrent:
      return !mutant.quantize_current(e).difference(correct.quantize_current(e)).empty();
    case Calls::kMany:
      return !mutant.quantize_many({e})[0].difference(correct.quantize_many({e})[0]).empty();
    case Calls::kInverse: break;
  }
  return std::bit_cast<std::uint32_t>(mutant.scale_inverse(e)) !=
         std::bit_cast<std::uint32_t>(correct.scale_inverse(e));
}

/// A mutant, and an operation on a grid that its decision reaches.
struct Reach {
  const char* mutant;
  Calls calls;
  const char* grid;
};

constexpr Reach kReaches[] = {
    {"L01-rtz", Calls::kCurrent, "tensor"},
    {"L01-rtz", Calls::kMany, "tensor"},
    {"L01-rtz", Calls::kMany, "mx32"},
    {"L01-rtz", Calls::kQuantize, "128x128"},
    {"L29-noabs", Calls::kMany, "mx32x32"},
    {"L29-noabs", Calls::kQuantize, "row"},
    {"amax-every-other", Calls::kCurrent, "tensor"},
    {"amax-of-scaled", Calls::kMany, "tensor"},
    {"amax-overwrites", Calls::kMany, "tensor"},
    {"bad-amax-is-zero", Calls::kQuantize, "3x5"},
    {"columnwise-takes-rowwise-scale", Calls::kQuantize, "1x128"},
    {"max-224", Calls::kCurrent, "tensor"},
    {"max-224", Calls::kQuantize, "128x128"},
    {"null-scale-is-zero", Calls::kInverse, "tensor"},
    {"padding-is-nan", Calls::kMany, "mx32"},
    {"padding-is-one", Calls::kQuantize, "1x128"},
    {"rcp-approx", Calls::kCurrent, "tensor"},
    {"rcp-approx", Calls::kInverse, "tensor"},
    {"rcp-approx", Calls::kQuantize, "row"},
    {"skips-last-row", Calls::kCurrent, "tensor"},
    {"skips-last-row", Calls::kMany, "mx16"},
    {"tail-scale-inv-not-written", Calls::kQuantize, "mx3x5"},
    {"whole-blocks-only", Calls::kQuantize, "mx3x5"},
};

TEST(Mutants, AreWrongInEveryOperationAndGridThatSharesTheDecision) {
  Subject correct(correct_kernel());
  for (const Reach& reach : kReaches) {
    Subject mutant(*find_mutant(reach.mutant)->table);
    int different = 0;
    tests::for_each_example({*grid_from(reach.grid)}, 4, [&](const Example& e, Random&) {
      different += differs(mutant, correct, reach.calls, e) ? 1 : 0;
    });
    EXPECT_GT(different, 0) << reach.mutant << " in " << reach.grid << ", calls "
                            << static_cast<int>(reach.calls);
  }
}

}  // namespace
}  // namespace fp8oracle::mutants
