// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "cast.h"
#include "reference/codec.h"
#include "reference/layout.h"
#include "reference/narrow.h"

namespace fp8oracle::reference {
namespace {

Bytes all_codes(std::size_t count) {
  Bytes codes(count);
  for (std::size_t i = 0; i < count; ++i) codes[i] = static_cast<std::uint8_t>(i * 7);
  return codes;
}

struct Dequantize : Call<fp8oracle_dequantize_args> {
  Dequantize(const ResolvedScheme& scheme, Bytes& codes, fp8oracle_buffer scale_inv,
             std::vector<float>& y, std::int64_t rows, std::int64_t cols)
      : Call(scheme) {
    args.pair = {buffer_of(codes), scale_inv, {}};
    args.output = {buffer_of(y), FP8ORACLE_F32, rows, cols, cols};
  }
  fp8oracle_status run(fp8oracle_message message = {nullptr, 0}) {
    return backend().dequantize(&args, nullptr, message);
  }
};

/// Equal bits, or both NaN.
void expect_same(float observed, float expected) {
  if (std::isnan(expected)) {
    ASSERT_TRUE(std::isnan(observed));
  } else {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(observed), std::bit_cast<std::uint32_t>(expected));
  }
}

TEST(DequantizeTensor, MultipliesEveryCodeByScaleInvInFp32) {
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    for (const float value : {1.0f / 3.0f, 0x1p-149f, 3e38f, 0.0f, INFINITY, NAN, -2.5f}) {
      const ResolvedScheme scheme = plain_scheme(kE5M2, kTensorGrid, direction);
      Bytes codes = all_codes(33 * 40);
      float scale_inv = value;
      std::vector<float> y(33 * 40);
      Dequantize call(scheme, codes, buffer_of(scale_inv), y, 33, 40);
      ASSERT_EQ(call.run(), FP8ORACLE_OK);
      for (std::size_t r = 0; r < 33; ++r) {
        for (std::size_t c = 0; c < 40; ++c) {
          const std::uint8_t code = codes[direction == FP8ORACLE_ROWWISE ? r * 40 + c : c * 33 + r];
          expect_same(y[r * 40 + c], static_cast<float>(decode(kE5M2, code)) * scale_inv);
        }
      }
    }
  }
}

TEST(DequantizeMx, UsesTheScaleOfTheBlockInEveryLayoutAndDirection) {
  const std::int64_t rows = 70, cols = 133;
  for (const auto layout : {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED,
                            FP8ORACLE_LAYOUT_SWIZZLED, FP8ORACLE_LAYOUT_PACKED}) {
    for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
      for (const auto codes_are : {FP8ORACLE_COLUMNWISE_SAME, FP8ORACLE_COLUMNWISE_TRANSPOSED}) {
        ResolvedScheme scheme = plain_scheme(kE4M3, kMx32Grid, direction, layout);
        scheme.knobs.mx_columnwise_codes = codes_are;
        Bytes codes = all_codes(static_cast<std::size_t>(rows * cols));
        const ScaleGrid scales = scale_grid(scheme, direction, rows, cols);
        Bytes scale_inv = all_codes(static_cast<std::size_t>(scales.bytes()));
        std::vector<float> y(codes.size());
        Dequantize call(scheme, codes, buffer_of(scale_inv), y, rows, cols);
        const CodesShape shape = codes_shape(scheme, direction, rows, cols);
        ASSERT_EQ(call.run(), FP8ORACLE_OK);
        for (std::int64_t r = 0; r < rows; ++r) {
          for (std::int64_t c = 0; c < cols; ++c) {
            const auto code = codes[static_cast<std::size_t>(shape.index(r, c))];
            const auto e8m0 = scale_inv[static_cast<std::size_t>(scales.index(r, c))];
            const float factor = e8m0 == 255 ? NAN : std::ldexp(1.0f, e8m0 - 127);
            expect_same(y[static_cast<std::size_t>(r * cols + c)],
                        static_cast<float>(decode(kE4M3, code)) * factor);
          }
        }
      }
    }
  }
}

TEST(Dequantize, RoundsOnceMoreToTheTypeOfTheOutput) {
  const ResolvedScheme scheme = plain_scheme(kE4M3, kTensorGrid);
  Bytes codes = all_codes(256);
  float scale_inv = 1.0f / 3.0f;
  std::vector<float> wide(256), narrow(128);
  Dequantize call(scheme, codes, buffer_of(scale_inv), wide, 8, 32);
  ASSERT_EQ(call.run(), FP8ORACLE_OK);
  for (const auto type : {FP8ORACLE_BF16, FP8ORACLE_F16}) {
    call.args.output.data = buffer_of(narrow);
    call.args.output.type = type;
    ASSERT_EQ(call.run(), FP8ORACLE_OK);
    for (std::size_t i = 0; i < 256; ++i) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, reinterpret_cast<const unsigned char*>(narrow.data()) + 2 * i, 2);
      EXPECT_EQ(bits, type == FP8ORACLE_BF16 ? narrow_to_bf16(wide[i]) : narrow_to_f16(wide[i]))
          << i;
    }
  }
}

TEST(Dequantize, IsLegalForEmptyTensorsAndDemandsScaleInv) {
  Bytes none;
  std::vector<float> y;
  float scale_inv = 1.0f;
  const ResolvedScheme scheme = plain_scheme(kE4M3, kTensorGrid);
  Dequantize call(scheme, none, buffer_of(scale_inv), y, 0, 9);
  EXPECT_EQ(call.run(), FP8ORACLE_OK);
  call.args.pair.scale_inv = {nullptr, 0};
  char text[100] = "";
  EXPECT_EQ(call.run({text, sizeof text}), FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_NE(std::string(text).find("scale_inv"), std::string::npos) << text;  // [K7]
}

}  // namespace
}  // namespace fp8oracle::reference
