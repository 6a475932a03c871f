// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "fp8oracle/format.h"

namespace fp8oracle::reference {

// A second, slower method for the codec, which shares nothing with it: search in the sorted table
// of values. The table goes on behind the largest code as if the format had no end.
class TableSearch {
 public:
  explicit TableSearch(const Format& format) {
    for (unsigned code = 0; code <= kPastTheEnd; ++code) {
      const unsigned per_binade = 1u << format.mantissa_bits;
      const double fraction = static_cast<double>(code % per_binade) / per_binade;
      const int e = static_cast<int>(code / per_binade);
      values_[code] = e == 0 ? std::ldexp(fraction, 1 - format.bias)
                             : std::ldexp(1.0 + fraction, e - format.bias);
    }
  }

  double value(unsigned code) const { return values_[code]; }

  /// The nearest code of a finite magnitude, ties to the even code; kPastTheEnd when there is none.
  unsigned nearest(double magnitude) const {
    const auto above = std::lower_bound(values_.begin(), values_.end(), magnitude);
    if (above == values_.end()) return kPastTheEnd;
    const auto upper = static_cast<unsigned>(above - values_.begin());
    if (*above == magnitude) return upper;
    const double up = *above - magnitude, down = magnitude - values_[upper - 1];
    if (up == down) return upper % 2 == 0 ? upper : upper - 1;
    return up < down ? upper : upper - 1;
  }

  /// Magnitudes where an encoder can go wrong: every value, every midpoint and its FP32 neighbours,
  /// the inside of every gap, both ends of FP32.
  std::vector<float> aimed_magnitudes() const {
    std::vector<float> aimed{0.0f, 0x1p-149f, 1e-40f, 0x1p-126f, 0x1p127f, 3.4028235e38f};
    for (unsigned code = 0; code < kPastTheEnd; ++code) {
      const double low = values_[code], high = values_[code + 1];
      for (const double target : {low, (low + high) / 2, low + (high - low) * 0.3, high}) {
        const auto x = static_cast<float>(target);
        for (const float near : {std::nextafterf(x, 0.0f), x, std::nextafterf(x, INFINITY)}) {
          aimed.push_back(near);
        }
      }
    }
    return aimed;
  }

  static constexpr unsigned kPastTheEnd = 0x80;

 private:
  std::array<double, kPastTheEnd + 1> values_{};
};

}  // namespace fp8oracle::reference
