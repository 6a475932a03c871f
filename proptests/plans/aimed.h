// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "fp8oracle/format.h"

namespace fp8oracle::plans {

/// Inputs aimed at where an encoder can go wrong: a code's value, the midpoint to its neighbour,
/// that midpoint +- 1 ulp of FP32, the inside of the gap, the overflow side, underflow, specials,
/// raw bits.
class AimedValues {
 public:
  /// `max_code`: the largest code that the profile writes.
  AimedValues(const Format& format, unsigned max_code);

  /// A value of the scaled domain (what the cast rounds), from three random words. NaN and Inf only
  /// when `specials`.
  float pick(std::array<std::uint32_t, 3> random, bool specials) const;
  /// The amax of a block whose scale is near 2^exponent: at, just below and just above max * 2^e,
  /// powers of two, and where rounding the significand carries [K16].
  float block_leader(std::uint32_t random, int exponent) const;
  /// The i-th value of the special corpus (wraps round): +-0, +-Inf, NaNs of both signs and several
  /// payloads, +-max, the overflow midpoint +- 1 ulp, FP8 and FP32 subnormals.
  float special(std::uint32_t i) const;

 private:
  std::array<float, 24> special_corpus() const;
  float midpoint(std::size_t code) const { return midpoints_[code]; }
  std::vector<double> values_;    // of the codes 0 .. max_code
  std::vector<float> midpoints_;  // to the next code; behind the last one as far as before it
  Format format_;
  std::array<float, 24> specials_{};
};

/// x moved by `ulps` steps of FP32; NaN and Inf stay.
float nudge(float x, int ulps);

/// x as bits of `type`, truncated toward zero; magnitudes above the type's largest become the
/// largest, Inf and NaN stay. Inputs are made with it; nothing is judged with it.
std::uint32_t to_bits(fp8oracle_type type, float x);

}  // namespace fp8oracle::plans
