// SPDX-License-Identifier: Apache-2.0
#include "reference/layout.h"

#include <gtest/gtest.h>

#include <set>

#include "cast.h"

namespace fp8oracle::reference {
namespace {

struct Shape {
  std::int64_t rows, cols;
};
constexpr Shape kShapes[]{{1, 1}, {31, 33}, {128, 128}, {129, 160}, {300, 257}, {40, 1}, {1, 1000}};
constexpr fp8oracle_direction kDirections[]{FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE};

fp8oracle_scheme mx(fp8oracle_direction direction, fp8oracle_layout layout) {
  return plain_scheme(kE4M3, FP8ORACLE_GRANULARITY_MX32, direction, layout);
}

TEST(ScaleInvIndex, IsAnInjectionOfBlocksIntoTheStoredScales) {
  for (const auto [rows, cols] : kShapes) {
    for (const auto direction : kDirections) {
      for (const auto layout :
           {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED, FP8ORACLE_LAYOUT_SWIZZLED}) {
        const fp8oracle_scheme scheme = mx(direction, layout);
        const std::int64_t size = scale_inv_shape(scheme, direction, rows, cols).elements();
        const bool rowwise = direction == FP8ORACLE_ROWWISE;
        std::set<std::int64_t> used;
        for (std::int64_t r = 0; r < rows; ++r) {
          for (std::int64_t c = 0; c < cols; ++c) {
            const std::int64_t index = scale_inv_index(scheme, direction, rows, cols, r, c);
            ASSERT_TRUE(0 <= index && index < size);
            used.insert(index);
            // The elements of a block share their index.
            ASSERT_EQ(index, scale_inv_index(scheme, direction, rows, cols,
                                             rowwise ? r : r / 32 * 32, rowwise ? c / 32 * 32 : c));
          }
        }
        const std::int64_t blocks = rowwise ? rows * ceil_div(cols, 32) : ceil_div(rows, 32) * cols;
        EXPECT_EQ(static_cast<std::int64_t>(used.size()), blocks);
        if (layout == FP8ORACLE_LAYOUT_COMPACT) {
          EXPECT_EQ(blocks, size);
        }
      }
    }
  }
}

TEST(ScaleInvIndex, HasThePlacesOfTheLayoutTable) {
  const auto index = [](fp8oracle_direction d, fp8oracle_layout l, std::int64_t row,
                        std::int64_t col) {
    return scale_inv_index(mx(d, l), d, 300, 200, row, col);
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

TEST(ScaleInvIndex, StoresTransposedColumnwiseScalesLikeThoseOfTheTranspose) {
  for (const auto layout :
       {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED, FP8ORACLE_LAYOUT_SWIZZLED}) {
    fp8oracle_scheme columnwise = mx(FP8ORACLE_COLUMNWISE, layout);
    columnwise.knobs.mx_columnwise_codes = FP8ORACLE_COLUMNWISE_TRANSPOSED;
    for (std::int64_t r = 0; r < 70; ++r) {
      for (std::int64_t c = 0; c < 150; ++c) {
        ASSERT_EQ(scale_inv_index(columnwise, FP8ORACLE_COLUMNWISE, 70, 150, r, c),
                  scale_inv_index(mx(FP8ORACLE_ROWWISE, layout), FP8ORACLE_ROWWISE, 150, 70, c, r));
      }
    }
  }
}

TEST(CodeIndex, TransposesWhereTheCodesAreTransposed) {
  const fp8oracle_scheme tensor = plain_scheme(kE4M3, FP8ORACLE_GRANULARITY_TENSOR, 3);
  EXPECT_EQ(code_index(tensor, FP8ORACLE_ROWWISE, 10, 20, 3, 4), 64);
  EXPECT_EQ(code_index(tensor, FP8ORACLE_COLUMNWISE, 10, 20, 3, 4), 43);
  fp8oracle_scheme block = mx(FP8ORACLE_COLUMNWISE, FP8ORACLE_LAYOUT_COMPACT);
  EXPECT_EQ(code_index(block, FP8ORACLE_COLUMNWISE, 10, 20, 3, 4), 64);
  block.knobs.mx_columnwise_codes = FP8ORACLE_COLUMNWISE_TRANSPOSED;
  EXPECT_EQ(code_index(block, FP8ORACLE_COLUMNWISE, 10, 20, 3, 4), 43);
}

struct Permuted {
  Bytes output;
  fp8oracle_status status;
};

Permuted permute(bool unswizzle, const fp8oracle_scheme& plain, Shape shape, Bytes input,
                 std::int64_t size) {
  Permuted result{Bytes(static_cast<std::size_t>(size), 0xA5), FP8ORACLE_INTERNAL_ERROR};
  fp8oracle_swizzle_args args{};
  args.struct_size = sizeof args;
  args.scheme = plain;
  args.rows = shape.rows;
  args.cols = shape.cols;
  args.input = buffer_of(input);
  args.output = buffer_of(result.output);
  result.status =
      (unswizzle ? backend().unswizzle : backend().swizzle)(&args, nullptr, {nullptr, 0});
  return result;
}

TEST(Swizzle, MovesEveryLabelToItsPlaceAndBack) {
  for (const Shape shape : kShapes) {
    for (const auto direction : kDirections) {
      for (const auto layout : {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED}) {
        const fp8oracle_scheme plain = mx(direction, layout),
                               swizzled = mx(direction, FP8ORACLE_LAYOUT_SWIZZLED);
        const auto bytes = [&](const fp8oracle_scheme& s) {
          return scale_inv_shape(s, direction, shape.rows, shape.cols).bytes();
        };
        Bytes labels(static_cast<std::size_t>(bytes(plain)), 0xEE);  // padding that nobody may copy
        Bytes expected(static_cast<std::size_t>(bytes(swizzled)), 0), back(labels.size(), 0);
        for (std::int64_t r = 0; r < shape.rows; ++r) {
          for (std::int64_t c = 0; c < shape.cols; ++c) {
            const auto from = static_cast<std::size_t>(
                scale_inv_index(plain, direction, shape.rows, shape.cols, r, c));
            const auto to = static_cast<std::size_t>(
                scale_inv_index(swizzled, direction, shape.rows, shape.cols, r, c));
            labels[from] = back[from] = expected[to] = static_cast<std::uint8_t>(1 + from % 251);
          }
        }
        const Permuted there = permute(false, plain, shape, labels, bytes(swizzled));
        ASSERT_EQ(there.status, FP8ORACLE_OK);
        EXPECT_EQ(there.output, expected);
        const Permuted again = permute(true, plain, shape, there.output, bytes(plain));
        ASSERT_EQ(again.status, FP8ORACLE_OK);
        EXPECT_EQ(again.output, back);
      }
    }
  }
}

TEST(Swizzle, ChangesTheBytesFromTheSecondRowOn) {
  const fp8oracle_scheme plain = mx(FP8ORACLE_ROWWISE, FP8ORACLE_LAYOUT_PADDED);
  Bytes labels(128 * 4);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i / 4 + 1);
  EXPECT_NE(permute(false, plain, {128, 128}, labels, 512).output, labels);
}

TEST(Swizzle, IsLegalForEmptyTensors) {
  for (const Shape shape : {Shape{0, 0}, Shape{0, 64}, Shape{64, 0}}) {
    const fp8oracle_scheme plain = mx(FP8ORACLE_ROWWISE, FP8ORACLE_LAYOUT_COMPACT);
    EXPECT_EQ(permute(false, plain, shape, {}, 0).status, FP8ORACLE_OK);
    EXPECT_EQ(permute(true, plain, shape, {}, 0).status, FP8ORACLE_OK);
  }
}

}  // namespace
}  // namespace fp8oracle::reference
