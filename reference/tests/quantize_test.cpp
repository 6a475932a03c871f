// SPDX-License-Identifier: Apache-2.0
#include "reference/quantize.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "cast.h"
#include "reference/codec.h"

namespace fp8oracle::reference {
namespace {

constexpr unsigned kBoth = FP8ORACLE_ROWWISE | FP8ORACLE_COLUMNWISE;

ResolvedScheme tensor_scheme(unsigned directions = FP8ORACLE_ROWWISE) {
  return plain_scheme(kE4M3, kTensorGrid, directions);
}

struct Shape {
  std::int64_t rows, cols;
};

std::uint8_t e4m3(float x) { return encode(kE4M3, element_rules(kE4M3, plain_knobs(kE4M3)), x); }

TEST(QuantizeTensor, EncodesTheFp32ProductAndItsTranspose) {
  for (const auto [rows, cols] : {Shape{1, 1}, Shape{33, 65}, Shape{64, 32}, Shape{5, 200}}) {
    Cast cast(tensor_scheme(kBoth), varied(rows * cols), rows, cols);
    float scale = 3.0f;
    cast.args.scale = buffer_of(scale);
    ASSERT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
    EXPECT_EQ(std::bit_cast<std::uint32_t>(cast.scale_inv), 0x3EAAAAABu);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < cols; ++c) {
        const auto at = static_cast<std::size_t>(r * cols + c);
        const auto at_transposed = static_cast<std::size_t>(c * rows + r);
        ASSERT_EQ(cast.row.codes[at], e4m3(cast.input[at] * scale));
        ASSERT_EQ(cast.col.codes[at_transposed], cast.row.codes[at]);
      }
    }
  }
}

// The exact product is a little above the midpoint of 1 and 1.125. In FP32 it becomes the midpoint,
// whose even code is that of 1; a reference in double would go up. About one code in a million is
// like this.
TEST(QuantizeTensor, RoundsTheProductToFp32First) {
  const float x = 0x1.0fcd0ap+0f;
  float scale = 0x1.003p+0f;
  ASSERT_GT(static_cast<double>(x) * static_cast<double>(scale), 1.0625);
  ASSERT_EQ(x * scale, 1.0625f);
  Cast cast(tensor_scheme(), {x}, 1, 1);
  cast.args.scale = buffer_of(scale);
  ASSERT_EQ(cast.run(), FP8ORACLE_OK);
  EXPECT_EQ(cast.row.codes[0], 0x38);
}

TEST(QuantizeTensor, MultipliesOrDividesByTheKnob) {
  std::size_t differences = 0;
  const std::vector<float> x = varied(1 << 16);
  for (const float value : {3.0f, 0.7f, 1.1f, 448.0f / 3.3f}) {
    float scale = value;
    const Tile row = Eigen::Map<const Tile>(x.data(), 32, 32);
    Knobs knobs = plain_knobs(kE4M3);
    const Tile product = scaled(row, scale, knobs);
    knobs.product = FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
    const Tile quotient = scaled(row, scale, knobs);
    for (Eigen::Index i = 0; i < row.size(); ++i) {
      const float inverse = 1.0f / scale;
      ASSERT_EQ(product.data()[i], row.data()[i] * scale);
      ASSERT_EQ(quotient.data()[i], row.data()[i] / inverse);
      differences += product.data()[i] != quotient.data()[i];
    }
  }
  EXPECT_GT(differences, 100u);  // the two rules are two rules
}

TEST(QuantizeTensor, GivesANanTheSignOfTheInputWhateverTheScaleIs) {
  // x * NaN and 0 * Inf: the machine would have given a NaN of a sign of its own.
  struct Row {
    float scale;
    Bytes codes;  ///< of NaN, -NaN, 0, -0, 1, -1
  };
  const Row rows[]{{1.0f, {0x7F, 0xFF, 0x00, 0x80, 0x38, 0xB8}},
                   {-1.0f, {0x7F, 0xFF, 0x80, 0x00, 0xB8, 0x38}},
                   {INFINITY, {0x7F, 0xFF, 0x7F, 0xFF, 0x7E, 0xFE}},
                   {NAN, {0x7F, 0xFF, 0x7F, 0xFF, 0x7F, 0xFF}},
                   {-NAN, {0x7F, 0xFF, 0x7F, 0xFF, 0x7F, 0xFF}}};
  for (const auto knob : {FP8ORACLE_NAN_KEEP_SIGN, FP8ORACLE_NAN_ANY_SIGN}) {
    for (const auto product :
         {FP8ORACLE_PRODUCT_X_TIMES_SCALE, FP8ORACLE_PRODUCT_X_OVER_SCALE_INV}) {
      for (const Row& row : rows) {
        Cast cast(tensor_scheme(), {NAN, -NAN, 0.0f, -0.0f, 1.0f, -1.0f}, 2, 3);
        cast.scheme.knobs.element_nan = knob;
        cast.scheme.knobs.product = product;
        float scale = row.scale;
        cast.args.scale = buffer_of(scale);
        ASSERT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
        EXPECT_EQ(cast.row.codes, row.codes) << scale << ", product " << product;
      }
    }
  }
}

TEST(QuantizeTensor, TakesAnAbsentScaleAsExactlyOne) {
  Cast cast(tensor_scheme(), varied(100), 10, 10);
  ASSERT_EQ(cast.run(), FP8ORACLE_OK);
  EXPECT_EQ(cast.scale_inv, 1.0f);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(cast.row.codes[i], e4m3(cast.input[i]));
}

TEST(QuantizeTensor, AccumulatesTheAmaxOfTheUnscaledInput) {
  for (const float prior : {0.0f, 0x1p-149f, 5.0f, 100.0f, INFINITY}) {
    Cast cast(tensor_scheme(), {1, -5, NAN, 2}, 2, 2);
    float scale = 1000.0f, amax = prior;
    cast.args.scale = buffer_of(scale);
    cast.args.amax = buffer_of(amax);
    ASSERT_EQ(cast.run(), FP8ORACLE_OK);
    EXPECT_EQ(amax, std::max(prior, 5.0f));
    amax = prior;
    cast.scheme.knobs.amax_nan = FP8ORACLE_AMAX_PROPAGATE_NAN;
    ASSERT_EQ(cast.run(), FP8ORACLE_OK);
    EXPECT_TRUE(std::isnan(amax));
  }
}

TEST(QuantizeTensor, WritesScaleInvAndKeepsAmaxForEmptyTensors) {
  for (const auto [rows, cols] : {Shape{0, 0}, Shape{0, 7}, Shape{7, 0}}) {
    Cast cast(tensor_scheme(kBoth), {}, rows, cols);
    float scale = 4.0f, amax = 2.5f;
    cast.args.scale = buffer_of(scale);
    cast.args.amax = buffer_of(amax);
    ASSERT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
    EXPECT_EQ(cast.scale_inv, 0.25f);
    EXPECT_EQ(amax, 2.5f);
  }
}

TEST(QuantizeTensor, AmaxAndScaleInvDoNotChangeTheCodes) {
  Bytes codes;
  for (const bool with_amax : {false, true}) {
    for (const bool with_scale_inv : {false, true}) {
      Cast cast(tensor_scheme(), varied(333), 9, 37);
      float amax = 0;
      if (with_amax) cast.args.amax = buffer_of(amax);
      if (!with_scale_inv) cast.args.rowwise.scale_inv = {nullptr, 0};
      ASSERT_EQ(cast.run(), FP8ORACLE_OK);
      if (codes.empty()) codes = cast.row.codes;
      EXPECT_EQ(cast.row.codes, codes);
      EXPECT_EQ(cast.scale_inv, with_scale_inv ? 1.0f : -123.0f);
    }
  }
}

TEST(QuantizeTensor, ReadsStridedRowsThatStandAnywhere) {
  const std::vector<float> x = varied(40 * 33);
  Cast dense(tensor_scheme(), x, 40, 33);
  ASSERT_EQ(dense.run(), FP8ORACLE_OK);
  std::vector<float> strided(1 + 40 * 50, NAN);  // also between the rows
  for (std::size_t r = 0; r < 40; ++r) std::memcpy(&strided[1 + r * 50], &x[r * 33], 33 * 4);
  Cast cast(tensor_scheme(), x, 40, 33);
  float amax = 0;
  cast.args.amax = buffer_of(amax);
  cast.scheme.knobs.amax_nan = FP8ORACLE_AMAX_PROPAGATE_NAN;
  cast.args.input.data = {&strided[1], (strided.size() - 1) * sizeof(float)};
  cast.args.input.row_stride = 50;
  ASSERT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
  EXPECT_EQ(cast.row.codes, dense.row.codes);
  EXPECT_TRUE(std::isfinite(amax));
}

}  // namespace
}  // namespace fp8oracle::reference
