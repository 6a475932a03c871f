// SPDX-License-Identifier: Apache-2.0
// Casts in blocks of any shape, against two plain loops with formulas of their own for every place.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "cast.h"
#include "reference/codec.h"
#include "reference/e8m0.h"
#include "reference/narrow.h"
#include "reference/scale.h"
#include "reference/widen.h"

namespace fp8oracle::reference {
namespace {

using Index = std::int64_t;

struct Shape {
  Index rows, cols;
};

/// One direction of one cast.
struct Trial {
  ResolvedScheme scheme;
  fp8oracle_type type;
  Index rows, cols;

  bool rowwise() const { return scheme.directions == FP8ORACLE_ROWWISE; }
  bool e8m0() const { return scheme.grid.scale_type == FP8ORACLE_SCALE_E8M0; }
  Index lines() const { return rowwise() ? rows : cols; }
  Index along() const { return rowwise() ? cols : rows; }
  /// Lines and elements along them that share a scale.
  Index band() const { return scheme.grid.block_rows; }
  Index length() const {
    return scheme.grid.block_cols != 0 ? scheme.grid.block_cols : std::max<Index>(along(), 1);
  }
  Index bands() const { return (lines() + band() - 1) / band(); }
  Index blocks() const {
    return scheme.grid.block_cols == 0 ? 1 : (along() + length() - 1) / length();
  }
  /// Element k of line i, as an index into the dense input.
  std::size_t element(Index i, Index k) const {
    return static_cast<std::size_t>(rowwise() ? i * cols + k : k * cols + i);
  }
};

std::ostream& operator<<(std::ostream& out, const Trial& t) {
  return out << to_string(t.scheme.grid) << (t.rowwise() ? " rowwise" : " columnwise") << " layout "
             << t.scheme.layout << " type " << t.type << " " << t.rows << " x " << t.cols;
}

Index up(Index a, Index to) { return (a + to - 1) / to * to; }

// ---- Where things are stored --------------------------------------------------------------------

/// Stored line i (of a band, where the scale is not repeated) and block j.
struct Stored {
  Index elements;
  std::vector<Index> places;  ///< of (i, j), i before j
};

Stored stored(const Trial& t) {
  const Index lines = t.e8m0() && t.band() > 1 ? t.lines() : t.bands(), blocks = t.blocks();
  const bool block_major = t.e8m0() && !t.rowwise() && t.scheme.knobs.mx_columnwise_codes == 0;
  const bool padded = t.scheme.layout == FP8ORACLE_LAYOUT_PADDED;
  Index wide_lines = lines, wide_blocks = blocks;
  if (padded && t.e8m0()) wide_lines = up(lines, 128), wide_blocks = up(blocks, 4);
  if (padded && !t.e8m0()) {
    if (t.band() == 1) wide_lines = up(lines, 4);
    if (t.band() != 1) wide_blocks = up(blocks, 4);
  }
  if (t.scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED)
    wide_lines = up(lines, 128), wide_blocks = up(blocks, 4);
  if (t.scheme.layout == FP8ORACLE_LAYOUT_PACKED)
    wide_lines = up(lines, 4), wide_blocks = up(blocks, 4);
  Stored result{wide_lines * wide_blocks, {}};
  for (Index i = 0; i < lines; ++i) {
    for (Index j = 0; j < blocks; ++j) {
      Index at = i * wide_blocks + j;
      if (block_major || (padded && !t.e8m0() && t.band() == 1)) at = j * wide_lines + i;
      if (t.scheme.layout == FP8ORACLE_LAYOUT_PACKED) at = (j / 4 * wide_lines + i) * 4 + j % 4;
      if (t.scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED) {
        at = (i / 128 * (wide_blocks / 4) + j / 4) * 512 + i % 32 * 16 + i % 128 / 32 * 4 + j % 4;
      }
      result.places.push_back(at);
    }
  }
  return result;
}

/// Index of the code of element k of line i.
std::size_t code_at(const Trial& t, Index i, Index k) {
  const bool as_the_input =
      t.rowwise() || (t.e8m0() && t.scheme.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_SAME);
  return as_the_input ? t.element(i, k) : static_cast<std::size_t>(i * t.rows + k);
}

// ---- What is stored -----------------------------------------------------------------------------

struct Expected {
  Bytes codes, scale_inv;
  std::vector<float> values;  ///< of the elements, dequantized
};

struct Scale {
  float multiplier;    ///< of the data; NaN makes every code NaN
  float inverse;       ///< of the codes
  std::uint32_t bits;  ///< as it is stored
};

Scale scale_of(const Trial& t, const std::vector<float>& x, Index first, Index begin) {
  const Knobs& knobs = t.scheme.knobs;
  float amax = 0.0f;
  bool nan = false;
  for (Index i = first; i < std::min(first + t.band(), t.lines()); ++i) {
    for (Index k = begin; k < std::min(begin + t.length(), t.along()); ++k) {
      const float magnitude = std::fabs(x[t.element(i, k)]);
      nan = nan || std::isnan(magnitude);
      if (magnitude > amax) amax = magnitude;
    }
  }
  const bool special =
      knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN && (nan || std::isinf(amax));
  if (nan && knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN) amax = NAN;
  if (t.e8m0()) {
    const std::uint8_t code =
        special ? std::uint8_t{255} : e8m0_of_amax(e8m0_rules(t.scheme.format, knobs), amax);
    if (code == 255) return {NAN, NAN, 255};
    return {std::ldexp(1.0f, 127 - code), std::ldexp(1.0f, code - 127), code};
  }
  ScaleOptions options;
  options.input_type = t.type;
  const float scale = special ? NAN : scale_from_amax(amax, t.scheme.format, knobs, options);
  const float inverse = scale_inverse(scale, knobs);
  return {scale, inverse, std::bit_cast<std::uint32_t>(inverse)};
}

Expected expected_of(const Trial& t, const std::vector<float>& x) {
  const ElementRules rules = element_rules(t.scheme.format, t.scheme.knobs);
  const Stored places = stored(t);
  const auto scale_bytes = static_cast<std::size_t>(t.e8m0() ? 1 : 4);
  Expected e{Bytes(x.size()), Bytes(static_cast<std::size_t>(places.elements) * scale_bytes),
             std::vector<float>(x.size())};
  std::size_t next = 0;
  for (Index i = 0; i < t.lines(); ++i) {
    if (!(t.e8m0() && t.band() > 1) && i % t.band() != 0) continue;
    for (Index j = 0; j < t.blocks(); ++j) {
      const Scale scale = scale_of(t, x, i / t.band() * t.band(), j * t.length());
      std::memcpy(&e.scale_inv[static_cast<std::size_t>(places.places[next++]) * scale_bytes],
                  &scale.bits, scale_bytes);
    }
  }
  for (Index i = 0; i < t.lines(); ++i) {
    for (Index j = 0; j < t.blocks(); ++j) {
      const Scale scale = scale_of(t, x, i / t.band() * t.band(), j * t.length());
      for (Index k = j * t.length(); k < std::min((j + 1) * t.length(), t.along()); ++k) {
        const float value = x[t.element(i, k)];
        const bool divide =
            !t.e8m0() && t.scheme.knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
        float product = divide ? value / scale.inverse : value * scale.multiplier;
        if (std::isnan(scale.multiplier)) product = std::numeric_limits<float>::quiet_NaN();
        const std::uint8_t code = encode(t.scheme.format, rules, product);
        e.codes[code_at(t, i, k)] = code;
        e.values[t.element(i, k)] =
            static_cast<float>(decode(t.scheme.format, code)) * scale.inverse;
      }
    }
  }
  return e;
}

// ---- The calls ----------------------------------------------------------------------------------

/// The numbers as elements of the type, and the same numbers after that rounding.
struct Elements {
  Bytes bytes;
  std::vector<float> values;
};

Elements elements_of(fp8oracle_type type, const std::vector<float>& x) {
  Elements e{Bytes(x.size() * static_cast<std::size_t>(size_of(type))),
             std::vector<float>(x.size())};
  narrow_all(type, x.data(), static_cast<Index>(x.size()), e.bytes.data());
  widen_all(type, e.bytes.data(), static_cast<Index>(x.size()), e.values.data());
  return e;
}

/// Many binades, and blocks of what is special: zeros, the smallest numbers, Inf and NaN. Made
/// smaller, all of them are subnormal, and scales overflow in every grid.
std::vector<float> with_specials(Index rows, Index cols, float factor = 1.0f) {
  std::vector<float> x = varied(rows * cols);
  for (float& value : x) value *= factor;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t r = i / static_cast<std::size_t>(cols),
                      c = i % static_cast<std::size_t>(cols);
    if (r / 3 == 1 && c / 5 == 1) x[i] = c % 2 == 0 ? 0.0f : -0.0f;
    if (r / 3 == 2) x[i] *= 0x1p-130f;
    if (factor != 1.0f) continue;
    if (r == 10 && c == 3) x[i] = -INFINITY;
    if (r == 13 && c == 6) x[i] = NAN;
    if (r == 14 && c == 7) x[i] = -NAN;
  }
  return x;
}

void expect_cast(const Trial& t, Elements& x, const Expected& expected) {
  const auto size = static_cast<std::size_t>(size_of(t.type));
  const auto cols = static_cast<std::size_t>(t.cols), stride = cols + 3;
  Bytes strided(static_cast<std::size_t>(t.rows) * stride * size, 0xFF);  // NaN between the rows
  for (std::size_t r = 0; r < static_cast<std::size_t>(t.rows) && cols > 0; ++r)
    std::memcpy(&strided[r * stride * size], &x.bytes[r * cols * size], cols * size);
  Bytes codes(expected.codes.size(), 0xA5), scale_inv(expected.scale_inv.size(), 0xA5);
  Call<fp8oracle_quantize_args> call(t.scheme);
  call.args.input = {buffer_of(strided), static_cast<std::uint32_t>(t.type), t.rows, t.cols,
                     static_cast<Index>(stride)};
  fp8oracle_pair& pair = t.rowwise() ? call.args.rowwise : call.args.columnwise;
  pair = {buffer_of(codes), buffer_of(scale_inv), {}};
  char text[200] = "";
  ASSERT_EQ(backend().quantize(&call.args, nullptr, {text, sizeof text}), FP8ORACLE_OK)
      << t << ": " << text;
  ASSERT_EQ(codes, expected.codes) << t;
  ASSERT_EQ(scale_inv, expected.scale_inv) << t;
}

void expect_dequantized(const Trial& t, Expected expected) {
  for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
    const Elements wanted = elements_of(type, expected.values);
    Bytes output(wanted.bytes.size(), 0xA5);
    Call<fp8oracle_dequantize_args> call(t.scheme);
    call.args.pair = {buffer_of(expected.codes), buffer_of(expected.scale_inv), {}};
    call.args.output = {buffer_of(output), static_cast<std::uint32_t>(type), t.rows, t.cols,
                        t.cols};
    char text[200] = "";
    ASSERT_EQ(backend().dequantize(&call.args, nullptr, {text, sizeof text}), FP8ORACLE_OK)
        << t << ": " << text;
    std::vector<float> values(expected.values.size());
    widen_all(type, output.data(), t.rows * t.cols, values.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(wanted.values[i]) && std::isnan(values[i])) continue;
      ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]),
                std::bit_cast<std::uint32_t>(wanted.values[i]))
          << t << " to type " << type << ", element " << i;
    }
  }
}

constexpr Grid kMx3x5{3, 5, FP8ORACLE_SCALE_E8M0, true};
constexpr Shape kShapes[]{{1, 1},   {3, 5},     {4, 6},   {7, 11},
                          {17, 13}, {130, 259}, {129, 1}, {1, 300}};

/// Runs `visit(trial)` for both directions, every layout and every input type.
template <typename Visit>
void for_each_trial(const Grid& grid, const Knobs& knobs, std::initializer_list<Shape> shapes,
                    Visit&& visit) {
  std::vector<fp8oracle_layout> layouts{FP8ORACLE_LAYOUT_COMPACT};
  if (grid.block_cols != 0) layouts.push_back(FP8ORACLE_LAYOUT_PADDED);
  if (grid.is_mx())
    layouts.insert(layouts.end(), {FP8ORACLE_LAYOUT_SWIZZLED, FP8ORACLE_LAYOUT_PACKED});
  for (const auto layout : layouts) {
    for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
      for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
        for (const auto [rows, cols] : shapes) {
          ResolvedScheme scheme = plain_scheme(kE4M3, grid, direction, layout);
          scheme.knobs = knobs;
          visit(Trial{scheme, type, rows, cols});
        }
      }
    }
  }
}

class BlockGrids : public ::testing::TestWithParam<Grid> {
 protected:
  static void expect_all(const Knobs& knobs, std::initializer_list<Shape> shapes,
                         float factor = 1.0f) {
    for_each_trial(GetParam(), knobs, shapes, [factor](const Trial& t) {
      Elements x = elements_of(t.type, with_specials(t.rows, t.cols, factor));
      const Expected expected = expected_of(t, x.values);
      ASSERT_NO_FATAL_FAILURE(expect_cast(t, x, expected));
      ASSERT_NO_FATAL_FAILURE(expect_dequantized(t, expected));
    });
  }
};

TEST_P(BlockGrids, ScaleEveryBlockByItsOwnAmaxAndComeBack) {
  const Knobs knobs = plain_knobs(kE4M3);
  for (const Shape shape : kShapes) expect_all(knobs, {shape});
}

TEST_P(BlockGrids, AreLegalForEmptyTensors) {
  expect_all(plain_knobs(kE4M3), {{0, 0}, {0, 7}, {7, 0}});
}

TEST_P(BlockGrids, FollowTheKnobsOfTheirScales) {
  const auto with =
      [](std::initializer_list<std::pair<std::uint32_t Knobs::*, std::uint32_t>> set) {
        Knobs knobs = plain_knobs(kE4M3);
        for (const auto& [field, value] : set) knobs.*field = value;
        return knobs;
      };
  using K = Knobs;
  for (const Knobs& knobs :
       {with({{&K::block_special, FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN}}),
        with({{&K::block_special, FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN},
              {&K::amax_nan, FP8ORACLE_AMAX_PROPAGATE_NAN},
              {&K::element_nan, FP8ORACLE_NAN_KEEP_SIGN}}),
        with({{&K::amax_nan, FP8ORACLE_AMAX_PROPAGATE_NAN},
              {&K::scale_of_bad_amax, FP8ORACLE_BAD_AMAX_ZERO}}),
        with({{&K::scale_of_bad_amax, FP8ORACLE_BAD_AMAX_KEEP}}),  // nothing to keep: 1
        with({{&K::product, FP8ORACLE_PRODUCT_X_OVER_SCALE_INV},
              {&K::scale_inv_subnormals, FP8ORACLE_DROP}}),
        with({{&K::scale_overflow, FP8ORACLE_SCALE_OVERFLOW_INPUT_MAX}}),
        with({{&K::scale_overflow, FP8ORACLE_SCALE_OVERFLOW_INF}, {&K::element_max_code, 0x77}}),
        with({{&K::scale_pow2, FP8ORACLE_SCALE_TRUNCATED}}),
        with({{&K::e8m0_round, FP8ORACLE_E8M0_CEIL},
              {&K::e8m0_of_zero, FP8ORACLE_E8M0_ZERO_IS_127},
              {&K::e8m0_of_inf, FP8ORACLE_E8M0_INF_IS_255},
              {&K::mx_columnwise_codes, FP8ORACLE_COLUMNWISE_TRANSPOSED}})}) {
    expect_all(knobs, {{17, 13}, {40, 130}});
    expect_all(knobs, {{17, 13}}, 0x1p-148f);
  }
}

TEST_P(BlockGrids, AskedForBothDirectionsGiveWhatTheyGiveForEach) {
  for (const auto [rows, cols] : kShapes) {
    const std::vector<float> x = with_specials(rows, cols);
    Cast both(plain_scheme(kE4M3, GetParam(), 3), x, rows, cols);
    Cast row(plain_scheme(kE4M3, GetParam(), FP8ORACLE_ROWWISE), x, rows, cols);
    Cast col(plain_scheme(kE4M3, GetParam(), FP8ORACLE_COLUMNWISE), x, rows, cols);
    for (Cast* cast : {&both, &row, &col}) ASSERT_EQ(cast->run(), FP8ORACLE_OK) << cast->message;
    EXPECT_EQ(both.row.codes, row.row.codes);
    EXPECT_EQ(both.row.scale_inv, row.row.scale_inv);
    EXPECT_EQ(both.col.codes, col.col.codes);
    EXPECT_EQ(both.col.scale_inv, col.col.scale_inv);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, BlockGrids, ::testing::Values(kRowGrid, Grid{1, 128}, Grid{128, 128}, Grid{3, 5}, kMx3x5),
    [](const auto& param_info) { return "of_" + to_string(param_info.param); });

TEST(BlockGrid, OfSingleRowsIsACastOfEachRowWithItsOwnScale) {
  // 448 / 3.5 = 128, and 448 / 7 = 64; a row of zeros has a scale of 1.
  Cast cast(plain_scheme(kE4M3, kRowGrid), {1.0f, -3.5f, 0.0f, 7.0f, 0.0f, -0.0f}, 3, 2);
  ASSERT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
  EXPECT_EQ(cast.row.codes, (Bytes{0x70, 0xFE, 0x00, 0x7E, 0x00, 0x80}));
  EXPECT_EQ(cast.row.scale_inv_at(0), 1.0f / 128.0f);
  EXPECT_EQ(cast.row.scale_inv_at(1), 1.0f / 64.0f);
  EXPECT_EQ(cast.row.scale_inv_at(2), 1.0f);
}

TEST(BlockGrid, WithoutColumnsStillHasAScaleForEachRow) {
  Cast cast(plain_scheme(kE4M3, kRowGrid), {}, 3, 0);
  ASSERT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
  ASSERT_EQ(cast.row.scale_inv.size(), 12u);
  for (const Index i : {0, 1, 2}) EXPECT_EQ(cast.row.scale_inv_at(i), 1.0f);
}

TEST(BlockGrid, WithANanIsNanThroughoutWhenTold) {
  std::vector<float> x(8, 1.0f);
  x[5] = -NAN;
  Cast cast(plain_scheme(kE4M3, {1, 4}), x, 1, 8);
  cast.scheme.knobs.block_special = FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  ASSERT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
  EXPECT_EQ(cast.row.codes, (Bytes{0x7E, 0x7E, 0x7E, 0x7E, 0x7F, 0x7F, 0x7F, 0x7F}));
  EXPECT_EQ(cast.row.scale_inv_at(0), 1.0f / 448.0f);
  EXPECT_TRUE(std::isnan(cast.row.scale_inv_at(1)));
}

TEST(BlockGrid, OfFp32ScalesIsSpecialForANanOrAnInfAlone) {
  // As an E8M0 scale 3.4e38 would round to 2^128; an FP32 scale knows nothing of that.
  Cast cast(plain_scheme(kE4M3, {1, 4}), {3.4e38f, 1.0f, 1.0f, 1.0f, -INFINITY, 1.0f}, 1, 6);
  cast.scheme.knobs.block_special = FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  cast.scheme.knobs.e8m0_round = FP8ORACLE_E8M0_EVEN;
  ASSERT_EQ(cast.run(), FP8ORACLE_OK) << cast.message;
  EXPECT_EQ(cast.row.codes, (Bytes{0x7E, 0x00, 0x00, 0x00, 0x7F, 0x7F}));
  EXPECT_EQ(cast.row.scale_inv_at(0), 1.0f / (448.0f / 3.4e38f));
  EXPECT_TRUE(std::isnan(cast.row.scale_inv_at(1)));
}

}  // namespace
}  // namespace fp8oracle::reference
