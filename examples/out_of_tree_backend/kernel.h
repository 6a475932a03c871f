// SPDX-License-Identifier: Apache-2.0
// The kernel that this example wraps. Put your own in its place.
#pragma once

#include <cstdint>

namespace example {

/// An 8-bit format, as far as this kernel needs it.
struct Format {
  unsigned mantissa_bits;  ///< E4M3: 3, E5M2: 2
  int bias;                ///< E4M3: 7, E5M2: 15
  std::uint32_t max_code;  ///< E4M3: 0x7E, E5M2: 0x7B
};

/// codes = cast(x * scale), scale_inv = 1 / scale, amax = max(amax, max|x|)
///
/// x: [rows, cols], row_stride elements from row to row; codes: [rows, cols], dense.
/// scale null: 1. amax, scale_inv null: not wanted.
void quantize(const Format& format, const float* x, std::int64_t rows, std::int64_t cols,
              std::int64_t row_stride, const float* scale, std::uint8_t* codes, float* scale_inv,
              float* amax);

}  // namespace example
