// SPDX-License-Identifier: Apache-2.0
// The checks of properties on cases that no property makes: written by hand, or changed.
#include <gtest/gtest.h>

#include "clauses/case_builder.h"
#include "clauses/property.h"
#include "common/tests/support.h"

namespace fp8oracle::clauses {
namespace {

const Property& property_of(std::string_view clause) {
  for (const Property& property : properties()) {
    if (property.clause == clause) return property;
  }
  throw std::runtime_error("no property");
}

/// What the clause's check says of the case when no step changes anything: one word for each
/// difference, or the error.
std::string said(std::string_view clause, const Case& c) {
  const Arena arena = lay_out(c);
  Outcome outcome;
  for (std::size_t s = 0; s < c.steps.size(); ++s) {
    outcome.steps.emplace_back();
    outcome.steps.back().arena = initial_arena(c, arena, Fill::kA);
  }
  std::string text;
  const std::string error = usage_error([&] {
    for (const Difference& d : property_of(clause).check(c, arena, outcome)) text += d.text + ";";
  });
  return error.empty() ? text : error;
}

/// Two outputs behind everything else, so that what is read past the last one is past the arena.
Case two_outputs(const OutputDecl& before, const OutputDecl& after) {
  Case c = small_case("e4m3.tensor.row.compact.te");
  c.outputs = {after, before};
  return c;
}

TEST(K4, ComparesOutputsOfOneSizeAlone) {
  const OutputDecl small{"y_after", FP8ORACLE_F32, 1, 1};
  EXPECT_EQ(said("K4", two_outputs({"y_before", FP8ORACLE_F32, 1, 1}, small)), "");
  const std::string differ = "case: 'y_before' and 'y_after' must be alike and differ in size";
  EXPECT_EQ(said("K4", two_outputs({"y_before", FP8ORACLE_F32, 64, 64}, small)), differ);
  EXPECT_EQ(said("K4", two_outputs({"y_before", FP8ORACLE_BF16, 1, 2}, small)), differ);
  EXPECT_EQ(said("K4", two_outputs({"y_before", FP8ORACLE_F32, 1, 1},
                                   {"y_after", FP8ORACLE_F32, 64, 64})),
            differ);
  EXPECT_EQ(
      said("K4", two_outputs({"y_before", FP8ORACLE_F32, 2, 3}, {"y_after", FP8ORACLE_F32, 3, 2})),
      differ);
}

TEST(K17, LooksAtABlockTensorOfItsInputsShapeAlone) {
  Case c = small_case("e4m3.mx32.row.compact.te");
  c.tensors[0].rows = 0;  // nothing of it is there to differ
  EXPECT_EQ(said("K17", c), "case: K17: 'x' and 't' differ in shape");
  c.tensors[0].rows = 4096;
  EXPECT_EQ(said("K17", c), "case: K17: 'x' and 't' differ in shape");
  c.tensors[0] = {"t", scheme_named("e4m3.tensor.row.compact.te"), 2, 40, 0};
  EXPECT_EQ(said("K17", c), "case: K17: 't' is no block tensor");
  c.inputs.clear();
  c.tensors[0] = {"t", scheme_named("e4m3.mx32.row.compact.te"), 2, 40, 0};
  EXPECT_EQ(said("K17", c), "case: K17: no input");
  c.tensors.clear();
  EXPECT_EQ(said("K17", c), "case: no tensor carries the scheme");
}

TEST(K30, ComparesTensorsOfOneSizeAlone) {
  Case c = small_case("e4m3.mx32.row.compact.te");
  c.tensors = {{"first", c.tensors[0].scheme, 2048, 64, 0},
               {"again", c.tensors[0].scheme, 1, 1, 0},
               {"of_moved", c.tensors[0].scheme, 1, 1, 0}};
  EXPECT_EQ(said("K30", c),
            "case: 'first.rowwise.codes' and 'of_moved.rowwise.codes' must be alike and differ in "
            "size");
  c.tensors.clear();
  EXPECT_EQ(said("K30", c), "case: no tensor carries the scheme");
  EXPECT_EQ(said("K19", c), "case: no tensor carries the scheme");
}

}  // namespace
}  // namespace fp8oracle::clauses
