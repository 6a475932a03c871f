// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/grid.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fp8oracle {
namespace {

constexpr Grid mx(std::uint32_t rows, std::uint32_t cols) {
  return {rows, cols, FP8ORACLE_SCALE_E8M0, rows > 1};
}

struct Word {
  const char* word;
  Grid grid;
};
constexpr Word kWords[]{{"tensor", {0, 0}},
                        {"row", {1, 0}},
                        {"1x128", {1, 128}},
                        {"128x128", {128, 128}},
                        {"3x5", {3, 5}},
                        {"1x1", {1, 1}},
                        {"128x1", {128, 1}},
                        {"65536x65536", {65536, 65536}},
                        {"mx32", mx(1, 32)},
                        {"mx16", mx(1, 16)},
                        {"mx1", mx(1, 1)},
                        {"mx32x32", mx(32, 32)},
                        {"mx3x5", mx(3, 5)},
                        {"mx2x1", mx(2, 1)},
                        {"mx65536", mx(1, 65536)},
                        {"3x5-repeated", {3, 5, FP8ORACLE_SCALE_F32, true}},
                        {"mx3x5-once", {3, 5, FP8ORACLE_SCALE_E8M0, false}}};

TEST(Grid, HasAWordThatIsReadBack) {
  for (const auto& [word, grid] : kWords) {
    EXPECT_EQ(to_string(grid), word);
    const auto read = grid_from(word);
    ASSERT_TRUE(read) << word;
    EXPECT_EQ(*read, grid) << word;
  }
}

TEST(Grid, HasANameThatNoOtherGridHasAndThatIsReadBack) {
  std::set<std::string> names;
  std::size_t grids = 0;
  const auto expect_name = [&](const Grid& grid) {
    const std::string name = to_string(grid);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(grid_from(name), grid) << name;
    ++grids;
  };
  expect_name(kTensorGrid);
  expect_name(kRowGrid);
  for (const std::uint32_t rows : {1u, 2u, 3u, 31u, 32u, 33u, 128u, 65535u, 65536u}) {
    for (const std::uint32_t cols : {1u, 2u, 3u, 31u, 32u, 33u, 128u, 65535u, 65536u}) {
      for (const auto type : {FP8ORACLE_SCALE_F32, FP8ORACLE_SCALE_E8M0}) {
        expect_name({rows, cols, type, false});
        if (rows > 1) expect_name({rows, cols, type, true});
      }
    }
  }
  EXPECT_EQ(grids, 2u + 9 * 9 * 2 + 8 * 9 * 2);
}

TEST(Grid, OfTheNamedConstantsHasTheirNames) {
  EXPECT_EQ(to_string(kTensorGrid), "tensor");
  EXPECT_EQ(to_string(kRowGrid), "row");
  EXPECT_EQ(to_string(kMx32Grid), "mx32");
  EXPECT_EQ(to_string(kMx32x32Grid), "mx32x32");
}

TEST(Grid, HasNoOtherWords) {
  for (const char* word : {"",
                           "0x5",
                           "5x0",
                           "0x0",
                           "1x0",
                           "mx",
                           "mx0",
                           "mx0x5",
                           "mx5x0",
                           "mx1x32",
                           "x",
                           "mxx",
                           "mxx5",
                           "mx5x",
                           "x5",
                           "5x",
                           "5",
                           "03x5",
                           "3x05",
                           "mx032",
                           "mx32x032",
                           "1x65537",
                           "65537x1",
                           "mx65537",
                           "4294967297x1",
                           "1x99999999999999999999",
                           "3x5x7",
                           "3X5",
                           "3 x 5",
                           " 3x5",
                           "3x5 ",
                           "-3x5",
                           "+3x5",
                           "3x-5",
                           "3x+5",
                           "0x1x2",
                           "Tensor",
                           "tensor ",
                           "rows",
                           "MX32",
                           "mx 32",
                           "mx32x32x",
                           "1x128\n",
                           "block",
                           "1x32-repeated",
                           "mx32-once",
                           "mx32x32-repeated",
                           "3x5-once",
                           "mx3x5-once-once",
                           "mx3x5-",
                           "3x5-repeated ",
                           "-repeated",
                           "-once",
                           "tensor-repeated",
                           "row-repeated",
                           "*"}) {
    EXPECT_FALSE(grid_from(word)) << "'" << word << "'";
  }
  EXPECT_FALSE(grid_from(std::string_view("3x5\0", 4)));
}

TEST(Grid, KnowsWhoseScaleIsGivenAndWhatAScaleIs) {
  for (const auto& [word, grid] : kWords) {
    const std::string_view name(word);
    EXPECT_EQ(grid.scale_is_given(), name == "tensor") << word;
    EXPECT_EQ(grid.is_mx(), name.starts_with("mx")) << word;
    EXPECT_EQ(grid.scale_bytes(), name.starts_with("mx") ? 1 : 4) << word;
    const bool repeat = name.ends_with("-repeated") ||
                        (name.starts_with("mx") && grid.block_rows > 1 && !name.ends_with("-once"));
    EXPECT_EQ(grid.repeat, repeat) << word;
    EXPECT_EQ(grid.levels, 1u) << word;
  }
}

}  // namespace
}  // namespace fp8oracle
