// SPDX-License-Identifier: Apache-2.0
// The kernel that the mutants are made from, against the reference, byte for byte, in any grid.
#include <gtest/gtest.h>

#include "fp8oracle/scheme.h"
#include "mutants/mutants.h"
#include "reference/backend.h"
#include "subject.h"

namespace fp8oracle::mutants {
namespace {

using tests::Example;
using tests::Outputs;
using tests::Random;
using tests::Subject;

void expect_the_references_bytes(Subject& subject, Subject& reference, const Example& e) {
  Outputs expected = reference.quantize(e);
  ASSERT_EQ(subject.quantize(e).difference(expected), "") << e.name();
  if (expected.scale_inv_absent) return;  // nothing can be read [K7]
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    if (!e.scheme.has(direction)) continue;
    for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
      ASSERT_EQ(subject.dequantize(e, expected, direction, type),
                reference.dequantize(e, expected, direction, type))
          << e.name() << " direction " << direction << " as " << to_string(type);
    }
  }
}

TEST(CorrectKernel, LeavesTheReferencesBytesInAnyGrid) {
  Subject reference(reference::backend()), kernel(correct_kernel()),
      queued(correct_queued_kernel());
  tests::for_each_example(tests::all_grids(), 12, [&](const Example& e, Random& random) {
    expect_the_references_bytes(random() % 4 == 0 ? queued : kernel, reference, e);
  });
}

TEST(CorrectKernel, SupportsWhatTheReferenceDoes) {
  Subject reference(reference::backend()), kernel(correct_kernel()),
      queued(correct_queued_kernel());
  tests::for_each_example(tests::all_grids(), 4, [&](const Example& e, Random&) {
    ASSERT_EQ(kernel.supports_quantize(e), reference.supports_quantize(e)) << e.name();
    ASSERT_EQ(queued.supports_quantize(e), reference.supports_quantize(e)) << e.name();
  });
}

}  // namespace
}  // namespace fp8oracle::mutants
