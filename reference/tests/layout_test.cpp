// SPDX-License-Identifier: Apache-2.0
#include "reference/layout.h"

#include <gtest/gtest.h>

#include "cast.h"

namespace fp8oracle::reference {
namespace {

struct Shape {
  std::int64_t rows, cols;
};
constexpr Shape kShapes[]{{1, 1}, {31, 33}, {128, 128}, {129, 160}, {300, 257}, {40, 1}, {1, 1000}};
constexpr fp8oracle_direction kDirections[]{FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE};

ResolvedScheme mx(fp8oracle_direction direction, fp8oracle_layout layout) {
  return plain_scheme(kE4M3, kMx32Grid, direction, layout);
}

TEST(ScaleGrid, HasThePlacesOfTheLayoutTable) {
  const auto index = [](fp8oracle_direction d, fp8oracle_layout l, std::int64_t row,
                        std::int64_t col) {
    return scale_grid(mx(d, l), d, 300, 200).index(row, col);
  };
  EXPECT_EQ(index(FP8ORACLE_ROWWISE, FP8ORACLE_LAYOUT_COMPACT, 5, 70), 5 * 7 + 2);
  EXPECT_EQ(index(FP8ORACLE_ROWWISE, FP8ORACLE_LAYOUT_PADDED, 5, 70), 5 * 8 + 2);
  EXPECT_EQ(index(FP8ORACLE_COLUMNWISE, FP8ORACLE_LAYOUT_COMPACT, 70, 5), 2 * 200 + 5);
  EXPECT_EQ(index(FP8ORACLE_COLUMNWISE, FP8ORACLE_LAYOUT_PADDED, 70, 5), 2 * 256 + 5);
  // Row 161 is in the second 128-row tile, lane 1, group 1; block 5 is in the second tile, place 1.
  EXPECT_EQ(index(FP8ORACLE_ROWWISE, FP8ORACLE_LAYOUT_SWIZZLED, 161, 160),
            (1 * 2 + 1) * 512 + 16 + 4 + 1);
  // Columnwise the swizzle is of the transpose: lines are columns, three tiles of 128 rows.
  EXPECT_EQ(index(FP8ORACLE_COLUMNWISE, FP8ORACLE_LAYOUT_SWIZZLED, 160, 161),
            (1 * 3 + 1) * 512 + 16 + 4 + 1);
}

TEST(ScaleGrid, StoresTransposedColumnwiseScalesLikeThoseOfTheTranspose) {
  for (const auto layout : {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED,
                            FP8ORACLE_LAYOUT_SWIZZLED, FP8ORACLE_LAYOUT_PACKED}) {
    ResolvedScheme columnwise = mx(FP8ORACLE_COLUMNWISE, layout);
    columnwise.knobs.mx_columnwise_codes = FP8ORACLE_COLUMNWISE_TRANSPOSED;
    const ScaleGrid of_columns = scale_grid(columnwise, FP8ORACLE_COLUMNWISE, 70, 150);
    const ScaleGrid of_rows = scale_grid(mx(FP8ORACLE_ROWWISE, layout), FP8ORACLE_ROWWISE, 150, 70);
    for (std::int64_t r = 0; r < 70; ++r) {
      for (std::int64_t c = 0; c < 150; ++c) ASSERT_EQ(of_columns.index(r, c), of_rows.index(c, r));
    }
  }
}

TEST(CodesShape, TransposesWhereTheCodesAreTransposed) {
  const auto index = [](const ResolvedScheme& scheme, fp8oracle_direction direction) {
    return codes_shape(scheme, direction, 10, 20).index(3, 4);
  };
  for (const Grid& grid : {kTensorGrid, kRowGrid, Grid{1, 128}, Grid{3, 5}}) {
    const ResolvedScheme scheme = plain_scheme(kE4M3, grid, 3);
    EXPECT_EQ(index(scheme, FP8ORACLE_ROWWISE), 64) << to_string(grid);
    EXPECT_EQ(index(scheme, FP8ORACLE_COLUMNWISE), 43) << to_string(grid);
  }
  ResolvedScheme block = mx(FP8ORACLE_COLUMNWISE, FP8ORACLE_LAYOUT_COMPACT);
  EXPECT_EQ(index(block, FP8ORACLE_COLUMNWISE), 64);
  block.knobs.mx_columnwise_codes = FP8ORACLE_COLUMNWISE_TRANSPOSED;
  EXPECT_EQ(index(block, FP8ORACLE_COLUMNWISE), 43);
}

struct Permuted {
  Bytes output;
  fp8oracle_status status;
};

Permuted permute(bool unswizzle, const ResolvedScheme& plain, Shape shape, Bytes input,
                 std::int64_t size) {
  Permuted result{Bytes(static_cast<std::size_t>(size), 0xA5), FP8ORACLE_INTERNAL_ERROR};
  Call<fp8oracle_swizzle_args> call(plain);
  call.args.rows = shape.rows;
  call.args.cols = shape.cols;
  call.args.input = buffer_of(input);
  call.args.output = buffer_of(result.output);
  result.status =
      (unswizzle ? backend().unswizzle : backend().swizzle)(&call.args, nullptr, {nullptr, 0});
  return result;
}

TEST(Swizzle, MovesEveryLabelToItsPlaceAndBack) {
  for (const Shape shape : kShapes) {
    for (const auto direction : kDirections) {
      for (const auto layout : {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED}) {
        const ResolvedScheme plain = mx(direction, layout);
        const ScaleGrid from = scale_grid(plain, direction, shape.rows, shape.cols);
        const ScaleGrid to =
            scale_grid(mx(direction, FP8ORACLE_LAYOUT_SWIZZLED), direction, shape.rows, shape.cols);
        Bytes labels(static_cast<std::size_t>(from.bytes()), 0xEE);  // padding nobody may copy
        Bytes expected(static_cast<std::size_t>(to.bytes()), 0), back(labels.size(), 0);
        for (std::int64_t r = 0; r < shape.rows; ++r) {
          for (std::int64_t c = 0; c < shape.cols; ++c) {
            const auto at = static_cast<std::size_t>(from.index(r, c));
            const auto label = static_cast<std::uint8_t>(1 + at % 251);
            labels[at] = back[at] = expected[static_cast<std::size_t>(to.index(r, c))] = label;
          }
        }
        const Permuted there = permute(false, plain, shape, labels, to.bytes());
        ASSERT_EQ(there.status, FP8ORACLE_OK);
        EXPECT_EQ(there.output, expected);
        const Permuted again = permute(true, plain, shape, there.output, from.bytes());
        ASSERT_EQ(again.status, FP8ORACLE_OK);
        EXPECT_EQ(again.output, back);
      }
    }
  }
}

TEST(Swizzle, ChangesTheBytesFromTheSecondRowOn) {
  const ResolvedScheme plain = mx(FP8ORACLE_ROWWISE, FP8ORACLE_LAYOUT_PADDED);
  Bytes labels(128 * 4);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i / 4 + 1);
  EXPECT_NE(permute(false, plain, {128, 128}, labels, 512).output, labels);
}

TEST(Swizzle, IsLegalForEmptyTensors) {
  for (const Shape shape : {Shape{0, 0}, Shape{0, 64}, Shape{64, 0}}) {
    const ResolvedScheme plain = mx(FP8ORACLE_ROWWISE, FP8ORACLE_LAYOUT_COMPACT);
    EXPECT_EQ(permute(false, plain, shape, {}, 0).status, FP8ORACLE_OK);
    EXPECT_EQ(permute(true, plain, shape, {}, 0).status, FP8ORACLE_OK);
  }
}

}  // namespace
}  // namespace fp8oracle::reference
