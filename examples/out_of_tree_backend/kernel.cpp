// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

#include <cmath>
#include <cstring>

namespace example {
namespace {

/// bits / 2^shift as an integer, rounded to nearest; a tie goes to the even one.
std::uint32_t shift_right_rounded(std::uint32_t bits, unsigned shift) {
  const std::uint32_t half = std::uint32_t{1} << (shift - 1);
#ifdef EXAMPLE_PLANT_BUG
  return (bits + half) >> shift;  // the bug: a tie goes away from zero
#else
  const std::uint32_t odd = (bits >> shift) & 1;
  return (bits + half - 1 + odd) >> shift;
#endif
}

/// One rounding from FP32 to the format; too big and Inf saturate, NaN is 0x7F, -0 keeps its sign.
std::uint8_t encode(const Format& format, float value) {
  constexpr std::uint32_t kHiddenBit = 0x00800000, kNan = 0x7F;
  if (std::isnan(value)) return kNan;
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const std::uint32_t sign = (bits >> 24) & 0x80, magnitude = bits & 0x7FFFFFFF;

  const unsigned dropped = 23 - format.mantissa_bits;
  const int exponent = static_cast<int>(magnitude >> 23) - 127;
  const int smallest_normal = 1 - format.bias;
  std::uint32_t code = 0;
  if (exponent >= smallest_normal) {
    // The exponent moves to the other bias; a carry out of the mantissa lands in it, as it should.
    const auto bias_difference = static_cast<std::uint32_t>(127 - format.bias);
    code = shift_right_rounded(magnitude, dropped) - (bias_difference << format.mantissa_bits);
    if (code > format.max_code) code = format.max_code;
  } else if (smallest_normal - exponent <= static_cast<int>(format.mantissa_bits) + 1) {
    const std::uint32_t significand = (magnitude & (kHiddenBit - 1)) | kHiddenBit;
    code = shift_right_rounded(significand,
                               dropped + static_cast<unsigned>(smallest_normal - exponent));
  }
  return static_cast<std::uint8_t>(sign | code);
}

}  // namespace

void quantize(const Format& format, const float* x, std::int64_t rows, std::int64_t cols,
              std::int64_t row_stride, const float* scale, std::uint8_t* codes, float* scale_inv,
              float* amax) {
  const float factor = scale != nullptr ? *scale : 1.0f;
  // A previous amax with its sign set, -0 and NaN included, is below everything; any other NaN
  // stays.
  float largest = amax != nullptr && !std::signbit(*amax) ? *amax : 0.0f;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t col = 0; col < cols; ++col) {
      const float value = x[row * row_stride + col];
      if (std::fabs(value) > largest) largest = std::fabs(value);  // false for NaN: dropped
      codes[row * cols + col] = encode(format, value * factor);
    }
  }
  // Also when there is no element: scale_inv belongs to the tensor, not to its elements.
  if (scale_inv != nullptr) *scale_inv = 1.0f / factor;
  if (amax != nullptr && rows > 0 && cols > 0) *amax = largest;
}

}  // namespace example
