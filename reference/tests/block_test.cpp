// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "cast.h"
#include "reference/codec.h"
#include "reference/e8m0.h"
#include "reference/layout.h"

namespace fp8oracle::reference {
namespace {

constexpr unsigned kBoth = FP8ORACLE_ROWWISE | FP8ORACLE_COLUMNWISE;

ResolvedScheme mx_scheme(unsigned directions, fp8oracle_layout layout = FP8ORACLE_LAYOUT_COMPACT) {
  return plain_scheme(kE4M3, kMx32Grid, directions, layout);
}

struct Shape {
  std::int64_t rows, cols;
};
constexpr Shape kShapes[]{{1, 1}, {1, 31}, {1, 33}, {3, 64}, {33, 65}, {129, 130}, {32, 32}};

/// K16 and K17 for one block, from the stored scale: the scale of its amax, each code from x and
/// scale.
void expect_block(const ResolvedScheme& scheme, const std::vector<float>& block,
                  std::uint8_t scale_inv, const Bytes& codes) {
  float amax = 0;
  for (const float x : block) amax = std::fmax(amax, std::fabs(x));
  ASSERT_EQ(scale_inv, e8m0_of_amax(e8m0_rules(kE4M3, scheme.knobs), amax));
  for (std::size_t i = 0; i < block.size(); ++i) {
    const float factor = std::ldexp(1.0f, 127 - scale_inv);
    ASSERT_EQ(codes[i], encode(kE4M3, element_rules(kE4M3, scheme.knobs), block[i] * factor));
  }
}

TEST(QuantizeMx, ScalesEachRowBlockByItsOwnAmaxPartialBlocksToo) {
  for (const auto [rows, cols] : kShapes) {
    Cast cast(mx_scheme(FP8ORACLE_ROWWISE), varied(rows * cols), rows, cols);
    ASSERT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < cols; c += 32) {
        const auto first = r * cols + c, last = r * cols + std::min(c + 32, cols);
        const auto scale_inv =
            cast.row.scale_inv[static_cast<std::size_t>(r * ceil_div(cols, 32) + c / 32)];
        expect_block(cast.scheme, {cast.input.begin() + first, cast.input.begin() + last},
                     scale_inv, {cast.row.codes.begin() + first, cast.row.codes.begin() + last});
      }
    }
  }
}

TEST(QuantizeMx, TransposedColumnwiseIsTheTransposeQuantizedRowwise) {
  for (const auto [rows, cols] : kShapes) {
    for (const auto layout : {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED,
                              FP8ORACLE_LAYOUT_SWIZZLED, FP8ORACLE_LAYOUT_PACKED}) {
      const std::vector<float> x = varied(rows * cols);
      Cast rowwise(mx_scheme(FP8ORACLE_ROWWISE, layout), transposed(x, rows, cols), cols, rows);
      Cast columnwise(mx_scheme(FP8ORACLE_COLUMNWISE, layout), x, rows, cols);
      columnwise.scheme.knobs.mx_columnwise_codes = FP8ORACLE_COLUMNWISE_TRANSPOSED;
      ASSERT_EQ(rowwise.run(), FP8ORACLE_OK);
      ASSERT_EQ(columnwise.run(), FP8ORACLE_OK) << columnwise.message;
      EXPECT_EQ(columnwise.col.codes, rowwise.row.codes);
      EXPECT_EQ(columnwise.col.scale_inv, rowwise.row.scale_inv);
    }
  }
}

TEST(QuantizeMx, SameColumnwiseHasTheSameNumbersInTheShapeOfTheInput) {
  for (const auto [rows, cols] : kShapes) {
    const std::vector<float> x = varied(rows * cols);
    Cast same(mx_scheme(FP8ORACLE_COLUMNWISE), x, rows, cols);
    Cast rowwise(mx_scheme(FP8ORACLE_ROWWISE), transposed(x, rows, cols), cols, rows);
    ASSERT_EQ(same.run(), FP8ORACLE_OK);
    ASSERT_EQ(rowwise.run(), FP8ORACLE_OK);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < cols; ++c) {
        ASSERT_EQ(same.col.codes[static_cast<std::size_t>(r * cols + c)],
                  rowwise.row.codes[static_cast<std::size_t>(c * rows + r)]);
        ASSERT_EQ(same.col.scale_inv[static_cast<std::size_t>(r / 32 * cols + c)],
                  rowwise.row.scale_inv[static_cast<std::size_t>(c * ceil_div(rows, 32) + r / 32)]);
      }
    }
  }
}

TEST(QuantizeMx, AskingForBothEqualsAskingTwice) {
  for (const Grid& grid : {kMx32Grid, kMx32x32Grid}) {
    for (const auto [rows, cols] : kShapes) {
      const std::vector<float> x = varied(rows * cols);
      Cast both(plain_scheme(kE4M3, grid, kBoth), x, rows, cols);
      Cast row(plain_scheme(kE4M3, grid, FP8ORACLE_ROWWISE), x, rows, cols);
      Cast col(plain_scheme(kE4M3, grid, FP8ORACLE_COLUMNWISE), x, rows, cols);
      ASSERT_EQ(both.run(), FP8ORACLE_OK);
      ASSERT_EQ(row.run(), FP8ORACLE_OK);
      ASSERT_EQ(col.run(), FP8ORACLE_OK);
      EXPECT_EQ(both.row.codes, row.row.codes);
      EXPECT_EQ(both.row.scale_inv, row.row.scale_inv);
      EXPECT_EQ(both.col.codes, col.col.codes);
      EXPECT_EQ(both.col.scale_inv, col.col.scale_inv);
      if (grid == kMx32Grid && rows > 32) {
        EXPECT_NE(both.row.codes, both.col.codes);  // two quantizations, not one [K20]
      }
    }
  }
}

TEST(QuantizeMx, RepeatsTheScaleOfASquareTileInEachOfItsLines) {
  const std::int64_t rows = 70, cols = 100;
  Cast cast(plain_scheme(kE4M3, kMx32x32Grid, kBoth), varied(rows * cols), rows, cols);
  ASSERT_EQ(cast.run(), FP8ORACLE_OK);
  EXPECT_EQ(cast.row.codes, cast.col.codes);  // one scale an element, whatever the direction
  for (std::int64_t row = 0; row < rows; row += 32) {
    for (std::int64_t col = 0; col < cols; col += 32) {
      std::vector<float> block;
      Bytes codes;
      const auto at = [&](std::int64_t r, std::int64_t c) {
        return static_cast<std::size_t>(r * cols + c);
      };
      const std::uint8_t scale_inv =
          cast.row.scale_inv[static_cast<std::size_t>(row * 4 + col / 32)];
      for (std::int64_t r = row; r < std::min(row + 32, rows); ++r) {
        ASSERT_EQ(cast.row.scale_inv[static_cast<std::size_t>(r * 4 + col / 32)], scale_inv);
        for (std::int64_t c = col; c < std::min(col + 32, cols); ++c) {
          ASSERT_EQ(cast.col.scale_inv[at(r / 32, c)], scale_inv);
          block.push_back(cast.input[at(r, c)]);
          codes.push_back(cast.row.codes[at(r, c)]);
        }
      }
      expect_block(cast.scheme, block, scale_inv, codes);
    }
  }
}

TEST(QuantizeMx, WritesPaddingOfScalesAsZero) {
  for (const auto layout :
       {FP8ORACLE_LAYOUT_PADDED, FP8ORACLE_LAYOUT_SWIZZLED, FP8ORACLE_LAYOUT_PACKED}) {
    for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
      const std::int64_t rows = 130, cols = 70;
      Cast cast(mx_scheme(direction, layout), varied(rows * cols), rows, cols);
      ASSERT_EQ(cast.run(), FP8ORACLE_OK);
      Bytes left = direction == FP8ORACLE_ROWWISE ? cast.row.scale_inv : cast.col.scale_inv;
      const ScaleGrid scales = scale_grid(cast.scheme, direction, rows, cols);
      std::size_t owned = 0;
      for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c < cols; ++c) {
          auto& scale_inv = left[static_cast<std::size_t>(scales.index(r, c))];
          owned += scale_inv != 0;
          scale_inv = 0;
        }
      }
      EXPECT_EQ(left, Bytes(left.size(), 0));
      EXPECT_EQ(owned, direction == FP8ORACLE_ROWWISE ? 130u * 3 : 5u * 70);
    }
  }
}

TEST(QuantizeMx, MakesABlockWithNanOrInfNanThroughoutWhenTold) {
  for (const float special : {NAN, -NAN, INFINITY, -INFINITY}) {
    for (std::size_t at = 0; at < 32; ++at) {
      std::vector<float> x(64, 1.0f);
      x[at] = special;
      Cast cast(mx_scheme(FP8ORACLE_ROWWISE), x, 1, 64);
      cast.scheme.knobs.block_special = FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
      ASSERT_EQ(cast.run(), FP8ORACLE_OK);
      EXPECT_EQ(Bytes(cast.row.codes.begin(), cast.row.codes.begin() + 32), Bytes(32, 0x7F));
      EXPECT_EQ(cast.row.scale_inv[0], 0xFF);
      EXPECT_EQ(cast.row.scale_inv[1], 119);  // its neighbour does not notice: 2^-8 >= 1 / 448
      EXPECT_EQ(cast.row.codes[32], 0x78);
    }
  }
}

TEST(QuantizeMx, CastsSpecialElementsOneByOneOtherwise) {
  std::vector<float> x(96, 1.0f);
  x[3] = NAN;
  x[32] = -INFINITY;
  x[33] = -1.0f;
  Cast cast(mx_scheme(FP8ORACLE_ROWWISE), x, 1, 96);
  ASSERT_EQ(cast.run(), FP8ORACLE_OK);
  EXPECT_EQ(cast.row.scale_inv, (Bytes{119, 254, 119}));
  EXPECT_EQ(cast.row.codes[2], 0x78);
  EXPECT_EQ(cast.row.codes[3], 0x7F);
  EXPECT_EQ(cast.row.codes[32], 0xFE);
  EXPECT_EQ(cast.row.codes[33], 0x80);
  EXPECT_EQ(cast.row.codes[34], 0x00);
}

TEST(QuantizeMx, TreatsAnAmaxThatRoundsTo2To128AsInfUnderEven) {
  std::vector<float> x(32, 3.4e38f);
  Cast cast(mx_scheme(FP8ORACLE_ROWWISE), x, 1, 32);
  cast.scheme.knobs.block_special = FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  cast.scheme.knobs.e8m0_round = FP8ORACLE_E8M0_EVEN;
  ASSERT_EQ(cast.run(), FP8ORACLE_OK);
  EXPECT_EQ(cast.row.scale_inv[0], 0xFF);
  EXPECT_EQ(cast.row.codes, Bytes(32, 0x7F));
}

TEST(QuantizeMx, IsLegalForEmptyTensors) {
  for (const auto layout : {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED,
                            FP8ORACLE_LAYOUT_SWIZZLED, FP8ORACLE_LAYOUT_PACKED}) {
    for (const auto [rows, cols] : {Shape{0, 0}, Shape{0, 40}, Shape{40, 0}}) {
      Cast cast(mx_scheme(kBoth, layout), {}, rows, cols);
      EXPECT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
    }
  }
}

}  // namespace
}  // namespace fp8oracle::reference
