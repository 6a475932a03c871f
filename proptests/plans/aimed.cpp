// SPDX-License-Identifier: Apache-2.0
#include "plans/aimed.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "reference/codec.h"

namespace fp8oracle::plans {
namespace {

constexpr std::uint32_t kSignBit = 0x80000000u;

float signed_by(std::uint32_t random, float magnitude) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) ^ (random & kSignBit));
}

std::uint32_t to_bf16(float x) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  return std::isnan(x) ? (bits >> 16) | 0x40u : bits >> 16;
}

std::uint32_t to_f16(float x) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  if (std::isnan(x)) return sign | 0x7E00u | ((bits >> 13) & 0x1FFu);
  if (std::isinf(x)) return sign | 0x7C00u;
  const int exponent = static_cast<int>((bits >> 23) & 0xFFu) - 127;
  const std::uint32_t significand = (bits & 0x7FFFFFu) | 0x800000u;
  if (exponent > 15) return sign | 0x7BFFu;
  if (exponent < -24) return sign;
  if (exponent < -14) return sign | (significand >> (-exponent - 1));
  return sign | (static_cast<std::uint32_t>(exponent + 15) << 10) | ((bits >> 13) & 0x3FFu);
}

}  // namespace

AimedValues::AimedValues(const Format& format, unsigned max_code) : format_(format) {
  for (unsigned code = 0; code <= max_code; ++code) {
    values_.push_back(reference::decode(format, static_cast<std::uint8_t>(code)));
  }
  const std::size_t last = values_.size() - 1;
  for (std::size_t code = 0; code <= last; ++code) {
    const double step =
        code < last ? values_[code + 1] - values_[code] : values_[last] - values_[last - 1];
    midpoints_.push_back(static_cast<float>(values_[code] + step / 2));
  }
  specials_ = special_corpus();
}

float AimedValues::pick(std::array<std::uint32_t, 3> random, bool specials) const {
  const std::size_t subnormals = std::size_t{1} << format_.mantissa_bits;
  const std::size_t code = random[1] % ((random[1] >> 28) < 4 ? subnormals : values_.size());
  const float low = static_cast<float>(values_[code]);
  const float half_step = midpoint(code) - low;
  const float fraction = static_cast<float>(random[2] >> 8) * 0x1p-24f;
  float magnitude = low;
  switch (random[0] % 16) {
    case 0:
    case 1:
    case 2: break;
    case 3:
    case 4:
    case 5:
    case 6: magnitude = midpoint(code); break;
    case 7: magnitude = nudge(midpoint(code), 1); break;
    case 8: magnitude = nudge(midpoint(code), -1); break;
    case 9:
    case 10:
    case 11: magnitude = low + 2 * half_step * fraction; break;
    case 12:
      magnitude = nudge(midpoint(values_.size() - 1), static_cast<int>(random[2] % 3) - 1);
      break;
    case 13: magnitude = static_cast<float>(values_.back()) * (1 + 3 * fraction); break;
    case 14: magnitude = std::ldexp(1 + fraction, -static_cast<int>(random[2] % 140)); break;
    default: {
      if (specials) return special(random[2]);
      const float raw = std::bit_cast<float>(random[2]);
      if (std::isfinite(raw)) return raw;
    }
  }
  return signed_by(random[1] << 15, magnitude);
}

float AimedValues::block_leader(std::uint32_t random, int exponent) const {
  const auto max = static_cast<float>(values_.back());
  const int emax = std::ilogb(max);
  const int mantissa_bits = static_cast<int>(format_.mantissa_bits);
  const int ulps = static_cast<int>((random >> 8) % 7) - 3;
  float magnitude = max;
  switch (random % 8) {
    case 0:
    case 1:
    case 2: break;                                      // max * 2^e: round-up's boundary
    case 3: magnitude = std::ldexp(1.0f, emax); break;  // floor's and ceil's boundary
    case 4:
      magnitude = std::ldexp(2.0f - std::ldexp(1.0f, -mantissa_bits - 1), emax);
      break;  // even's
    case 5: magnitude = std::ldexp(1.5f, emax); break;
    default: magnitude = std::ldexp(1.0f + static_cast<float>(random >> 9) * 0x1p-23f, emax);
  }
  return signed_by(random << 3, std::ldexp(nudge(magnitude, ulps), exponent));
}

float AimedValues::special(std::uint32_t i) const { return specials_[i % specials_.size()]; }

std::array<float, 24> AimedValues::special_corpus() const {
  const float inf = std::numeric_limits<float>::infinity();
  const auto max = static_cast<float>(values_.back());
  const float overflow = midpoint(values_.size() - 1);
  const auto smallest = static_cast<float>(values_[1]);
  const auto nan = [](std::uint32_t bits) { return std::bit_cast<float>(bits); };
  return {0.0f,
          -0.0f,
          inf,
          -inf,
          nan(0x7FC00000),
          nan(0xFFC00000),
          nan(0x7F800001),
          nan(0xFFFFFFFF),
          max,
          -max,
          overflow,
          -overflow,
          nudge(overflow, 1),
          nudge(overflow, -1),
          smallest,
          -smallest,
          smallest / 2,
          -smallest / 2,
          nudge(smallest / 2, 1),
          std::numeric_limits<float>::max(),
          -std::numeric_limits<float>::max(),
          std::numeric_limits<float>::min(),
          std::numeric_limits<float>::denorm_min(),
          -1e-40f};
}

float nudge(float x, int ulps) {
  if (!std::isfinite(x)) return x;
  const float target =
      ulps > 0 ? std::numeric_limits<float>::infinity() : -std::numeric_limits<float>::infinity();
  for (int i = 0; i < std::abs(ulps); ++i) x = std::nextafter(x, target);
  return x;
}

std::uint32_t to_bits(fp8oracle_type type, float x) {
  switch (type) {
    case FP8ORACLE_BF16: return to_bf16(x);
    case FP8ORACLE_F16: return to_f16(x);
    case FP8ORACLE_F32: break;
  }
  return std::bit_cast<std::uint32_t>(x);
}

}  // namespace fp8oracle::plans
