// SPDX-License-Identifier: Apache-2.0
#include "scalar_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace fp8oracle::cpu_tests {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// The grid goes on above the format's last code: that decides what overflows.
double grid_value(const Format& format, unsigned code) {
  const int m = static_cast<int>(format.mantissa_bits);
  const int e = static_cast<int>(code >> m);
  const int fraction = static_cast<int>(code & format.mantissa_mask());
  if (e == 0) return std::ldexp(fraction, 1 - format.bias - m);
  return std::ldexp((1 << m) + fraction, e - format.bias - m);
}

unsigned nearest_code(const Format& format, double magnitude, unsigned above_max) {
  unsigned low = 0;
  unsigned high = above_max;
  while (high - low > 1) {
    const unsigned middle = (low + high) / 2;
    (grid_value(format, middle) <= magnitude ? low : high) = middle;
  }
  const double below = magnitude - grid_value(format, low);
  const double above = grid_value(format, high) - magnitude;
  if (below != above) return below < above ? low : high;
  return low % 2 == 0 ? low : high;
}

std::uint8_t signed_code(unsigned code, bool negative) {
  return static_cast<std::uint8_t>(code | (negative ? 0x80u : 0u));
}

std::uint8_t nan_code(const Format& format, const Knobs& knobs, bool negative) {
  const bool keep =
      knobs.element_nan == FP8ORACLE_NAN_KEEP_SIGN || knobs.element_nan == FP8ORACLE_NAN_ANY_SIGN;
  return signed_code(format.nan_code, negative && keep);
}

std::uint8_t overflow_code(const Format& format, const Knobs& knobs, bool negative) {
  if (knobs.element_overflow == FP8ORACLE_OVERFLOW_SATURATE) {
    return signed_code(knobs.element_max_code, negative);
  }
  if (knobs.element_overflow == FP8ORACLE_OVERFLOW_INF && format.has_inf()) {
    return signed_code(format.inf_code, negative);
  }
  return nan_code(format, knobs, negative);
}

}  // namespace

double value_of(const Format& format, unsigned code) {
  if (format.is_fnuz() && code == 0x80) return kNan;
  const double sign = (code & 0x80) != 0 ? -1.0 : 1.0;
  const unsigned magnitude = code & 0x7F;
  if (magnitude > format.max_code) {
    return format.has_inf() && magnitude == format.inf_code ? sign * kInf : kNan;
  }
  return sign * grid_value(format, magnitude);
}

std::uint8_t encode(const Format& format, const Knobs& knobs, float y) {
  const bool negative = std::signbit(y);
  if (std::isnan(y)) return nan_code(format, knobs, negative);
  if (std::isinf(y)) {
    return knobs.element_inf == FP8ORACLE_INF_SATURATE
               ? signed_code(knobs.element_max_code, negative)
               : overflow_code(format, knobs, negative);
  }
  const unsigned above_max = knobs.element_max_code + 1;
  const unsigned code = nearest_code(format, std::fabs(static_cast<double>(y)), above_max);
  if (code == above_max) return overflow_code(format, knobs, negative);
  const bool flushed =
      knobs.element_subnormals == FP8ORACLE_DROP && code < (1u << format.mantissa_bits);
  if (code != 0 && !flushed) return signed_code(code, negative);
  const bool drop_sign = knobs.element_negative_zero == FP8ORACLE_DROP || format.is_fnuz();
  return signed_code(0, negative && !drop_sign);
}

float widen(fp8oracle_type type, std::uint32_t bits) {
  if (type == FP8ORACLE_F32) return std::bit_cast<float>(bits);
  if (type == FP8ORACLE_BF16) return std::bit_cast<float>(bits << 16);
  const float sign = (bits & 0x8000) != 0 ? -1.0f : 1.0f;
  const int e = static_cast<int>(bits >> 10 & 0x1F);
  const int fraction = static_cast<int>(bits & 0x3FF);
  if (e == 31) {
    const float special = fraction != 0 ? std::numeric_limits<float>::quiet_NaN()
                                        : std::numeric_limits<float>::infinity();
    return std::copysign(special, sign);
  }
  return sign * static_cast<float>(e == 0 ? std::ldexp(fraction, -24)
                                          : std::ldexp(1024 + fraction, e - 25));
}

std::uint32_t narrow(fp8oracle_type type, float y) {
  if (type == FP8ORACLE_F32) return std::bit_cast<std::uint32_t>(y);
  const std::uint32_t inf = type == FP8ORACLE_BF16 ? 0x7F80 : 0x7C00;
  if (std::isnan(y)) return inf + 1;
  const std::uint32_t sign = std::signbit(y) ? 0x8000 : 0;
  const double magnitude = std::fabs(static_cast<double>(y));
  // The grid value of `inf` is what the next finite number would be.
  const auto grid = [&](std::uint32_t bits) {
    return bits == inf ? std::ldexp(1.0, type == FP8ORACLE_BF16 ? 128 : 16)
                       : static_cast<double>(widen(type, bits));
  };
  if (std::isinf(y)) return sign | inf;
  std::uint32_t low = 0;
  std::uint32_t high = inf;
  while (high - low > 1) {
    const std::uint32_t middle = (low + high) / 2;
    (grid(middle) <= magnitude ? low : high) = middle;
  }
  const double below = magnitude - grid(low);
  const double above = grid(high) - magnitude;
  if (below != above) return sign | (below < above ? low : high);
  return sign | (low % 2 == 0 ? low : high);
}

float amax_of(const Knobs& knobs, const std::vector<float>& values) {
  float amax = 0.0f;
  for (const float x : values) {
    if (std::isnan(x)) {
      if (knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN) return x;
      continue;
    }
    amax = std::max(amax, std::fabs(x));
  }
  return amax;
}

float e8m0_reciprocal(std::uint8_t code) {
  return code == 255 ? static_cast<float>(kNan) : static_cast<float>(std::ldexp(1.0, 127 - code));
}

float e8m0_value(std::uint8_t code) {
  return code == 255 ? static_cast<float>(kNan) : static_cast<float>(std::ldexp(1.0, code - 127));
}

std::uint8_t e8m0_of_block(const Format& format, const Knobs& knobs,
                           const std::vector<float>& block) {
  if (knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN) {
    if (!std::all_of(block.begin(), block.end(), [](float x) { return std::isfinite(x); }))
      return 255;
  }
  const float amax = amax_of(knobs, block);
  const bool inf_is_nan = knobs.block_special == FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN ||
                          knobs.e8m0_of_inf == FP8ORACLE_E8M0_INF_IS_255;
  const std::uint8_t of_inf = inf_is_nan ? 255 : 254;
  if (std::isnan(amax)) return 255;
  if (std::isinf(amax)) return of_inf;
  if (amax == 0.0f) return knobs.e8m0_of_zero == FP8ORACLE_E8M0_ZERO_IS_127 ? 127 : 0;

  const auto max = static_cast<float>(grid_value(format, knobs.element_max_code));
  const int emax = std::ilogb(max);
  int code = 0;
  if (knobs.e8m0_round == FP8ORACLE_E8M0_UP) {
    const float p = amax * (1.0f / max);
    while (code < 254 && std::ldexp(1.0, code - 127) < static_cast<double>(p)) ++code;
    return static_cast<std::uint8_t>(code);
  }
  int exponent = std::max(std::ilogb(amax), -127);  // every FP32 subnormal counts as 2^-127
  const double significand = static_cast<double>(amax) / std::ldexp(1.0, exponent);
  if (knobs.e8m0_round == FP8ORACLE_E8M0_CEIL && significand > 1.0) ++exponent;
  if (knobs.e8m0_round == FP8ORACLE_E8M0_EVEN &&
      significand >= 2.0 - std::ldexp(1.0, -static_cast<int>(format.mantissa_bits) - 1)) {
    ++exponent;
  }
  if (exponent == 128 && knobs.e8m0_round == FP8ORACLE_E8M0_EVEN) {
    return of_inf;
  }
  code = std::clamp(exponent + 127 - emax, 0, 254);
  return static_cast<std::uint8_t>(code);
}

std::vector<float> aimed_values(const Format& format) {
  std::vector<float> values;
  const auto add = [&](double v) {
    const auto x = static_cast<float>(v);
    for (const float y : {x, std::nextafter(x, INFINITY), std::nextafter(x, 0.0f)}) {
      values.push_back(y);
      values.push_back(-y);
    }
  };
  for (unsigned code = 0; code <= 0x80; ++code) {
    add(grid_value(format, code));
    add((grid_value(format, code) + grid_value(format, code + 1)) / 2);
  }
  for (const double v :
       {0x1p-149, 0x1p-127, 0x1p-126, 0x1p127, 3.4028234663852886e38, 1.0, 464.0, 61440.0})
    add(v);
  for (const std::uint32_t bits :
       {0x7F800000u, 0xFF800000u, 0x7FC00000u, 0xFFC00000u, 0x7F800001u, 0xFFFFFFFFu}) {
    values.push_back(std::bit_cast<float>(bits));
  }
  return values;
}

}  // namespace fp8oracle::cpu_tests
