// SPDX-License-Identifier: Apache-2.0
// The mutants' own formulas for the place of a scale, against common's.
#include <gtest/gtest.h>

#include "example.h"
#include "fp8oracle/scale_grid.h"
#include "fp8oracle/scheme.h"
#include "mutants/kernel.h"

namespace fp8oracle::mutants {
namespace {

void expect_the_places_of(const ResolvedScheme& scheme, fp8oracle_direction direction) {
  const ScaleGrid expected = scale_grid(scheme, direction, 260, 389);
  const ScalePlan plan = scale_plan(scheme, direction, {}, 260, 389, FP8ORACLE_OP_QUANTIZE);
  for (std::int64_t i = 0; i < expected.lines(); ++i) {
    for (std::int64_t j = 0; j < expected.blocks(); ++j) {
      ASSERT_EQ(correct().layout.scale_index(i, j, plan), expected.place(i, j))
          << to_string(scheme.grid) << " " << to_string(scheme.layout) << " " << i << ", " << j;
    }
  }
}

TEST(ScaleIndex, IsThatOfTheScaleGrid) {
  for (const Grid& grid : tests::block_grids()) {
    for (const fp8oracle_layout layout : layouts_of(grid)) {
      for (const auto columnwise : {FP8ORACLE_COLUMNWISE_SAME, FP8ORACLE_COLUMNWISE_TRANSPOSED}) {
        ResolvedScheme scheme;
        scheme.format = kE4M3;
        scheme.grid = grid;
        scheme.layout = layout;
        scheme.knobs.mx_columnwise_codes = columnwise;
        for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE})
          expect_the_places_of(scheme, direction);
      }
    }
  }
}

}  // namespace
}  // namespace fp8oracle::mutants
