// SPDX-License-Identifier: Apache-2.0
// Where the scales of a grid are stored, for every grid, layout, direction and a few odd shapes.
#include "fp8oracle/scale_grid.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "good_call.h"

namespace fp8oracle {
namespace {

constexpr Grid k1x128{1, 128}, k128x128{128, 128}, k3x5{3, 5};
constexpr Grid kMx3x5{3, 5, FP8ORACLE_SCALE_E8M0, true};
constexpr Grid kGrids[]{kTensorGrid, kRowGrid,  k1x128,       k128x128,
                        k3x5,        kMx32Grid, kMx32x32Grid, kMx3x5};

struct Shape {
  std::int64_t rows, cols;
};
constexpr Shape kShapes[]{{0, 0},     {0, 7},    {7, 0},    {1, 1},   {3, 5},
                          {4, 6},     {31, 33},  {64, 1},   {1, 129}, {129, 131},
                          {128, 128}, {257, 40}, {40, 257}, {5, 640}};

/// One direction of a tensor of some scheme.
struct Case {
  ResolvedScheme scheme;
  fp8oracle_direction direction;
  std::int64_t rows, cols;

  bool rowwise() const { return direction == FP8ORACLE_ROWWISE; }
  ScaleGrid scales() const { return scale_grid(scheme, direction, rows, cols); }
  /// Extents along and across the lines, and of a block in the same order; 0 = all.
  std::int64_t lines() const { return rowwise() ? rows : cols; }
  std::int64_t along() const { return rowwise() ? cols : rows; }
  std::int64_t band() const { return scheme.grid.block_rows; }
  std::int64_t length() const { return scheme.grid.block_cols; }
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  constexpr const char* kLayouts[]{"compact", "padded", "swizzled", "packed"};
  return out << to_string(c.scheme.grid) << (c.rowwise() ? " rowwise " : " columnwise ")
             << kLayouts[c.scheme.layout] << " " << c.rows << " x " << c.cols << ", codes "
             << (c.scheme.knobs.mx_columnwise_codes == 0 ? "same" : "transposed");
}

std::vector<std::uint32_t> layouts_of(const Grid& grid) {
  if (grid.block_cols == 0) return {FP8ORACLE_LAYOUT_COMPACT};
  if (grid.scale_type == FP8ORACLE_SCALE_F32)
    return {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED};
  return {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED, FP8ORACLE_LAYOUT_SWIZZLED,
          FP8ORACLE_LAYOUT_PACKED};
}

template <typename Visit>
void for_each_case(Visit&& visit) {
  for (const Grid& grid : kGrids) {
    for (const std::uint32_t layout : layouts_of(grid)) {
      for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
        for (const std::uint32_t codes : {0u, 1u}) {
          for (const auto [rows, cols] : kShapes) {
            ResolvedScheme scheme =
                te_scheme(grid, direction, static_cast<fp8oracle_layout>(layout));
            scheme.knobs.mx_columnwise_codes = codes;
            visit(Case{scheme, direction, rows, cols});
          }
        }
      }
    }
  }
}

std::int64_t blocks_of(std::int64_t extent, std::int64_t size) {
  std::int64_t blocks = 0;
  for (std::int64_t at = 0; size != 0 && at < extent; at += size) ++blocks;
  return size == 0 ? 1 : blocks;
}

TEST(ScaleGrid, HasAPlaceOfItsOwnForEveryScale) {
  for_each_case([](const Case& c) {
    const ScaleGrid s = c.scales();
    // A repeated scale stands once in each line.
    const std::int64_t lines = c.scheme.grid.repeat ? c.lines() : blocks_of(c.lines(), c.band());
    ASSERT_EQ(s.lines(), lines) << c;
    ASSERT_EQ(s.blocks(), blocks_of(c.along(), c.length())) << c;
    ASSERT_EQ(s.element_bytes, c.scheme.grid.scale_type == FP8ORACLE_SCALE_F32 ? 4 : 1) << c;
    ASSERT_EQ(s.bytes(), s.elements() * s.element_bytes) << c;
    std::set<std::int64_t> places;
    for (std::int64_t i = 0; i < s.lines(); ++i) {
      for (std::int64_t j = 0; j < s.blocks(); ++j) {
        const std::int64_t place = s.place(i, j);
        ASSERT_TRUE(0 <= place && place < s.elements()) << c << " " << i << " " << j;
        ASSERT_TRUE(places.insert(place).second) << c << " " << i << " " << j;
      }
    }
    if (c.scheme.layout == FP8ORACLE_LAYOUT_COMPACT) {
      ASSERT_EQ(static_cast<std::int64_t>(places.size()), s.elements()) << c;
    }
  });
}

TEST(ScaleGrid, TellsPaddingFromScalesByRowAndColumnWhereItIsNotPermuted) {
  for_each_case([](const Case& c) {
    const ScaleGrid s = c.scales();
    const bool permuted =
        c.scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED || c.scheme.layout == FP8ORACLE_LAYOUT_PACKED;
    ASSERT_EQ(s.permuted(), permuted) << c;
    if (permuted) return;
    std::set<std::int64_t> used, expected;
    for (std::int64_t i = 0; i < s.lines(); ++i) {
      for (std::int64_t j = 0; j < s.blocks(); ++j) used.insert(s.place(i, j));
    }
    for (std::int64_t r = 0; r < s.used_rows; ++r) {
      for (std::int64_t col = 0; col < s.used_cols; ++col) expected.insert(r * s.cols + col);
    }
    ASSERT_EQ(used, expected) << c;
  });
}

TEST(ScaleGrid, FindsTheScaleOfAnElementByPlainDivision) {
  for_each_case([](const Case& c) {
    const ScaleGrid s = c.scales();
    for (std::int64_t r = 0; r < c.rows; ++r) {
      for (std::int64_t col = 0; col < c.cols; ++col) {
        const std::int64_t line = c.rowwise() ? r : col, at = c.rowwise() ? col : r;
        const std::int64_t band = c.band() == 0 ? 0 : line / c.band();
        const std::int64_t i = c.scheme.grid.repeat ? line : band;
        const std::int64_t j = c.length() == 0 ? 0 : at / c.length();
        ASSERT_EQ(s.index(r, col), s.place(i, j)) << c << " " << r << " " << col;
      }
    }
  });
}

TEST(ScaleGrid, HasTheElementsThatShareAScaleInOneBlock) {
  for_each_case([](const Case& c) {
    const ScaleGrid s = c.scales();
    // Where a scale is repeated its copies are one scale: those of a tile.
    const auto scale_of = [&](std::int64_t r, std::int64_t col) {
      const std::int64_t line = c.rowwise() ? r : col, at = c.rowwise() ? col : r;
      return c.scheme.grid.repeat ? line / c.band() * (c.along() + 1) + at / c.length()
                                  : s.index(r, col);
    };
    std::map<std::int64_t, std::int64_t> sizes;
    for (std::int64_t r = 0; r < c.rows; ++r) {
      for (std::int64_t col = 0; col < c.cols; ++col) ++sizes[scale_of(r, col)];
    }
    for (std::int64_t r = 0; r < c.rows; ++r) {
      for (std::int64_t col = 0; col < c.cols; ++col) {
        const Window w = s.block(r, col);
        ASSERT_TRUE(w.row <= r && r < w.row + w.rows) << c << " " << r << " " << col;
        ASSERT_TRUE(w.col <= col && col < w.col + w.cols) << c << " " << r << " " << col;
        ASSERT_TRUE(w.row + w.rows <= c.rows && w.col + w.cols <= c.cols) << c;
        ASSERT_EQ(w.rows * w.cols, sizes[scale_of(r, col)]) << c << " " << r << " " << col;
        if (r != w.row || col != w.col) continue;
        for (std::int64_t y = w.row; y < w.row + w.rows; ++y) {
          for (std::int64_t x = w.col; x < w.col + w.cols; ++x)
            ASSERT_EQ(scale_of(y, x), scale_of(r, col)) << c << " " << y << " " << x;
        }
      }
    }
  });
}

// ---- The page's formulas, for lines x blocks ----------------------------------------------------

/// A layout as the page has it: the stored shape, and the element of scale (i, j).
struct Page {
  std::int64_t rows, cols;
  std::int64_t (*element)(std::int64_t i, std::int64_t j, std::int64_t lines, std::int64_t blocks);
};

std::int64_t up(std::int64_t a, std::int64_t to) { return (a + to - 1) / to * to; }

Page page_of(const Case& c, std::int64_t l, std::int64_t b) {
  using I = std::int64_t;
  const bool mx = c.scheme.grid.scale_type == FP8ORACLE_SCALE_E8M0;
  const bool single_lines = c.scheme.grid.block_rows == 1;
  const bool as_the_input = mx && !c.rowwise() && c.scheme.knobs.mx_columnwise_codes == 0;
  switch (c.scheme.layout) {
    case FP8ORACLE_LAYOUT_COMPACT:
      if (as_the_input) return {b, l, [](I i, I j, I lines, I) { return j * lines + i; }};
      return {l, b, [](I i, I j, I, I blocks) { return i * blocks + j; }};
    case FP8ORACLE_LAYOUT_PADDED:
      if (mx && as_the_input)
        return {up(b, 4), up(l, 128), [](I i, I j, I lines, I) { return j * up(lines, 128) + i; }};
      if (mx) return {up(l, 128), up(b, 4), [](I i, I j, I, I n) { return i * up(n, 4) + j; }};
      if (single_lines)
        return {b, up(l, 4), [](I i, I j, I lines, I) { return j * up(lines, 4) + i; }};
      return {l, up(b, 4), [](I i, I j, I, I blocks) { return i * up(blocks, 4) + j; }};
    case FP8ORACLE_LAYOUT_SWIZZLED:
      return {up(l, 128), up(b, 4), [](I i, I j, I, I blocks) {
                const I tile = i / 128 * (up(blocks, 4) / 4) + j / 4;
                return tile * 512 + i % 32 * 16 + i % 128 / 32 * 4 + j % 4;
              }};
    case FP8ORACLE_LAYOUT_PACKED: break;
  }
  return {up(l, 4), up(b, 4),
          [](I i, I j, I lines, I) { return (j / 4 * up(lines, 4) + i) * 4 + j % 4; }};
}

TEST(ScaleGrid, StoresEveryScaleWhereThePageSays) {
  for_each_case([](const Case& c) {
    const ScaleGrid s = c.scales();
    const std::int64_t lines = c.scheme.grid.repeat ? c.lines() : blocks_of(c.lines(), c.band());
    const std::int64_t blocks = blocks_of(c.along(), c.length());
    const Page page = page_of(c, lines, blocks);
    ASSERT_EQ(s.rows, page.rows) << c;
    ASSERT_EQ(s.cols, page.cols) << c;
    for (std::int64_t i = 0; i < lines; ++i) {
      for (std::int64_t j = 0; j < blocks; ++j)
        ASSERT_EQ(s.place(i, j), page.element(i, j, lines, blocks)) << c << " " << i << " " << j;
    }
  });
}

// ---- The page's numbers -------------------------------------------------------------------------

/// Stored rows and columns of a tensor of 70 x 300.
std::pair<std::int64_t, std::int64_t> stored(const Grid& grid, fp8oracle_direction direction,
                                             fp8oracle_layout layout) {
  const ScaleGrid s = scale_grid(te_scheme(grid, direction, layout), direction, 70, 300);
  return {s.rows, s.cols};
}

TEST(ScaleGrid, HasTheShapesOfThePage) {
  using Rows = std::pair<std::int64_t, std::int64_t>;
  constexpr auto kRow = FP8ORACLE_ROWWISE, kCol = FP8ORACLE_COLUMNWISE;
  constexpr auto kCompact = FP8ORACLE_LAYOUT_COMPACT, kPadded = FP8ORACLE_LAYOUT_PADDED,
                 kPacked = FP8ORACLE_LAYOUT_PACKED;
  EXPECT_EQ(stored(kTensorGrid, kRow, kCompact), Rows(1, 1));
  EXPECT_EQ(stored(kTensorGrid, kCol, kCompact), Rows(1, 1));
  EXPECT_EQ(stored(kRowGrid, kRow, kCompact), Rows(70, 1));
  EXPECT_EQ(stored(kRowGrid, kCol, kCompact), Rows(300, 1));
  EXPECT_EQ(stored(k1x128, kRow, kCompact), Rows(70, 3));
  EXPECT_EQ(stored(k1x128, kCol, kCompact), Rows(300, 1));
  EXPECT_EQ(stored(k1x128, kRow, kPadded), Rows(3, 72));  // transposed, M to 4
  EXPECT_EQ(stored(k1x128, kCol, kPadded), Rows(1, 300));
  EXPECT_EQ(stored(k128x128, kRow, kCompact), Rows(1, 3));
  EXPECT_EQ(stored(k128x128, kCol, kCompact), Rows(3, 1));
  EXPECT_EQ(stored(k128x128, kRow, kPadded), Rows(1, 4));
  EXPECT_EQ(stored(k128x128, kCol, kPadded), Rows(3, 4));
  EXPECT_EQ(stored(k3x5, kRow, kPadded), Rows(24, 60));
  EXPECT_EQ(stored(k3x5, kCol, kPadded), Rows(100, 16));
  EXPECT_EQ(stored(kMx32Grid, kRow, kPacked), Rows(72, 12));
  EXPECT_EQ(stored(kMx32Grid, kCol, kPacked), Rows(300, 4));
  EXPECT_EQ(stored(kMx3x5, kRow, kCompact), Rows(70, 60));
  EXPECT_EQ(stored(kMx3x5, kCol, kCompact), Rows(14, 300));
}

TEST(ScaleGrid, HasTheIndicesOfThePage) {
  const auto index = [](const Grid& grid, fp8oracle_direction d, fp8oracle_layout layout) {
    return scale_grid(te_scheme(grid, d, layout), d, 70, 300).index(33, 290);
  };
  constexpr auto kRow = FP8ORACLE_ROWWISE, kCol = FP8ORACLE_COLUMNWISE;
  constexpr auto kCompact = FP8ORACLE_LAYOUT_COMPACT, kPadded = FP8ORACLE_LAYOUT_PADDED,
                 kPacked = FP8ORACLE_LAYOUT_PACKED;
  EXPECT_EQ(index(kRowGrid, kRow, kCompact), 33);
  EXPECT_EQ(index(kRowGrid, kCol, kCompact), 290);
  EXPECT_EQ(index(k1x128, kRow, kCompact), 33 * 3 + 2);
  EXPECT_EQ(index(k1x128, kRow, kPadded), 2 * 72 + 33);
  EXPECT_EQ(index(k1x128, kCol, kPadded), 290);
  EXPECT_EQ(index(k128x128, kRow, kPadded), 2);
  EXPECT_EQ(index(k128x128, kCol, kPadded), 2 * 4);
  EXPECT_EQ(index(k3x5, kRow, kPadded), 11 * 60 + 58);
  EXPECT_EQ(index(kMx32Grid, kRow, kPacked), (9 / 4 * 72 + 33) * 4 + 1);
  EXPECT_EQ(index(kMx32Grid, kCol, kPacked), 290 * 4 + 1);
  EXPECT_EQ(index(kMx3x5, kRow, kCompact), 33 * 60 + 58);
  EXPECT_EQ(index(kMx3x5, kCol, kCompact), 6 * 300 + 290);
}

TEST(ScaleGrid, OfAGridOfAllElementsHasAScaleEvenForNone) {
  const ScaleGrid rows = scale_grid(te_scheme(kRowGrid), FP8ORACLE_ROWWISE, 7, 0);
  EXPECT_EQ(rows.bytes(), 7 * 4);
  const ScaleGrid none = scale_grid(te_scheme(kRowGrid), FP8ORACLE_ROWWISE, 0, 7);
  EXPECT_EQ(none.bytes(), 0);
  const ScaleGrid cols = scale_grid(te_scheme(kRowGrid, 2), FP8ORACLE_COLUMNWISE, 0, 7);
  EXPECT_EQ(cols.bytes(), 7 * 4);
  EXPECT_EQ(scale_grid(te_scheme(kTensorGrid), FP8ORACLE_ROWWISE, 0, 0).bytes(), 4);
  EXPECT_EQ(scale_grid(te_scheme(k1x128), FP8ORACLE_ROWWISE, 7, 0).bytes(), 0);
}

}  // namespace
}  // namespace fp8oracle
