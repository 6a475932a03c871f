// SPDX-License-Identifier: Apache-2.0
// The table of docs/abi.md with numbers filled in: M = 70, K = 100 unless a test says otherwise.
#include "fp8oracle/layout.h"

#include "fp8oracle/scale_grid.h"
#include "support.h"

namespace fp8oracle {
namespace {

constexpr std::int64_t kM = 70, kK = 100;

struct Row {
  const char* scheme;
  fp8oracle_direction direction;
  std::int64_t codes_rows, codes_cols;
  std::int64_t rows, cols, used_rows, used_cols;
};

class LayoutTable : public ::testing::TestWithParam<Row> {};

TEST_P(LayoutTable, GivesShapesAndOwnership) {
  const Row& row = GetParam();
  const ResolvedScheme scheme = scheme_named(row.scheme).resolved();
  const CodesShape codes = codes_shape(scheme, row.direction, kM, kK);
  EXPECT_EQ(codes.rows, row.codes_rows);
  EXPECT_EQ(codes.cols, row.codes_cols);
  EXPECT_EQ(codes.transposed, row.codes_rows == kK);
  const ScaleGrid s = scale_grid(scheme, row.direction, kM, kK);
  EXPECT_EQ(s.rows, row.rows);
  EXPECT_EQ(s.cols, row.cols);
  EXPECT_EQ(s.used_rows, row.used_rows);
  EXPECT_EQ(s.used_cols, row.used_cols);
  EXPECT_EQ(s.permuted(), std::string_view(row.scheme).find("swizzled") != std::string_view::npos);
  const bool tensor = std::string_view(row.scheme).find("tensor") != std::string_view::npos;
  EXPECT_EQ(s.bytes(), row.rows * row.cols * (tensor ? 4 : 1));
}

constexpr auto kRow = FP8ORACLE_ROWWISE;
constexpr auto kCol = FP8ORACLE_COLUMNWISE;
// 100 columns are 4 blocks, 70 rows are 3; padded to multiples of 128 x 4.
INSTANTIATE_TEST_SUITE_P(
    All, LayoutTable,
    ::testing::Values(Row{"e4m3.tensor.both.compact.te", kRow, 70, 100, 1, 1, 1, 1},
                      Row{"e4m3.tensor.both.compact.te", kCol, 100, 70, 1, 1, 1, 1},
                      Row{"e4m3.mx32.both.compact.te", kRow, 70, 100, 70, 4, 70, 4},
                      Row{"e4m3.mx32.both.compact.te", kCol, 70, 100, 3, 100, 3, 100},
                      Row{"e4m3.mx32.both.padded.te", kRow, 70, 100, 128, 4, 70, 4},
                      Row{"e4m3.mx32.both.padded.te", kCol, 70, 100, 4, 128, 3, 100},
                      Row{"e4m3.mx32.both.swizzled.te", kRow, 70, 100, 128, 4, 70, 4},
                      Row{"e4m3.mx32.both.swizzled.te", kCol, 70, 100, 128, 4, 100, 3},
                      Row{"e5m2.mx32x32.both.compact.te", kRow, 70, 100, 70, 4, 70, 4},
                      Row{"e5m2.mx32x32.both.compact.te", kCol, 70, 100, 3, 100, 3, 100},
                      Row{"e5m2.mx32x32.both.padded.te", kCol, 70, 100, 4, 128, 3, 100},
                      Row{"e4m3.mx32.both.compact.torchao-rceil", kCol, 100, 70, 100, 3, 100, 3},
                      Row{"e4m3.mx32.both.padded.torchao-rceil", kCol, 100, 70, 128, 4, 100, 3},
                      Row{"e4m3.mx32.both.swizzled.torchao-rceil", kCol, 100, 70, 128, 4, 100, 3}),
    [](const auto& param_info) {
      std::string name = param_info.param.scheme;
      for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
      return name + (param_info.param.direction == kRow ? "_rowwise" : "_columnwise");
    });

TEST(Layout, AnEmptyTensorStillHasItsOneScaleInv) {
  const ResolvedScheme scheme = scheme_named("e4m3.tensor.row.compact.te").resolved();
  EXPECT_EQ(scale_grid(scheme, kRow, 0, 0).bytes(), 4);
  EXPECT_EQ(scale_grid(scheme, kRow, 0, 512).bytes(), 4);
}

TEST(Layout, AnEmptyBlockTensorHasNoScales) {
  for (const char* layout : {"compact", "padded", "swizzled"}) {
    const auto scheme = scheme_named(std::string("e4m3.mx32.both.") + layout + ".te").resolved();
    for (const auto direction : {kRow, kCol}) {
      EXPECT_EQ(scale_grid(scheme, direction, 0, 0).bytes(), 0) << layout;
      EXPECT_EQ(scale_grid(scheme, direction, 0, 64).bytes(), 0) << layout;
      EXPECT_EQ(scale_grid(scheme, direction, 64, 0).bytes(), 0) << layout;
    }
  }
}

TEST(Layout, PaddingStartsOneBehindTheTile) {
  const auto scheme = scheme_named("e4m3.mx32.row.padded.te").resolved();
  EXPECT_EQ(scale_grid(scheme, kRow, 128, 128).bytes(), 128 * 4);
  EXPECT_EQ(scale_grid(scheme, kRow, 129, 128).bytes(), 256 * 4);
  EXPECT_EQ(scale_grid(scheme, kRow, 128, 129).bytes(), 128 * 8);
  EXPECT_EQ(scale_grid(scheme, kRow, 1, 1).bytes(), 128 * 4);
}

}  // namespace
}  // namespace fp8oracle
