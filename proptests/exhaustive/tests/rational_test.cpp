// SPDX-License-Identifier: Apache-2.0
// The rules that divide by `max`, against exact arithmetic on integers.
#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <mutex>
#include <set>

#include "reference/scale.h"
#include "tests/every_float.h"
#include "tests/knobs.h"

namespace fp8oracle::exhaustive {
namespace {

constexpr std::uint64_t kAmaxes = std::uint64_t{1} << 31;
constexpr std::uint32_t kInf = 0x7F800000;

/// A finite amax > 0 as A * 2^e, 2^23 <= A < 2^24.
struct Amax {
  explicit Amax(std::uint32_t bits) {
    const std::uint32_t field = bits >> 23;
    significand = (bits & 0x7FFFFFu) | (field > 0 ? 0x800000u : 0u);
    exponent = static_cast<int>(std::max(field, 1u)) - 150;
    const int shift = 24 - static_cast<int>(std::bit_width(significand));
    significand <<= shift;
    exponent -= shift;
  }
  std::uint64_t significand;
  int exponent;
};

/// Both formats' max is 7 * 2^k: 448 = 7 * 2^6, 57344 = 7 * 2^13.
int seven_shift(const Format& format) {
  const int k = std::ilogb(reference::element_max(format, te_knobs(format))) - 2;
  EXPECT_EQ(std::ldexp(7.0, k), reference::element_max(format, te_knobs(format)));
  return k;
}

/// The code of the smallest power of two that is at least the exact quotient amax / max.
std::uint8_t exact_round_up(std::uint32_t bits, int k) {
  const Amax a(bits);
  // 7 * 2^21 >= A says amax <= max * 2^(e - k + 21); else the next power is needed, and enough.
  const int n = a.exponent - k + ((std::uint64_t{7} << 21) >= a.significand ? 21 : 22);
  return static_cast<std::uint8_t>(std::clamp(n + 127, 0, 254));
}

/// RN(max / amax) in 24 bits, ties to even; FLT_MAX when there is no FP32 that large.
float exact_scale(std::uint32_t bits, int k) {
  const Amax a(bits);
  const int shift = (std::uint64_t{7} << 21) >= a.significand ? 44 : 45;
  const std::uint64_t numerator = std::uint64_t{7} << shift;
  std::uint64_t quotient = numerator / a.significand;
  const std::uint64_t twice = 2 * (numerator % a.significand);
  if (twice > a.significand || (twice == a.significand && quotient % 2 == 1)) ++quotient;
  const double scale = std::ldexp(static_cast<double>(quotient), k - a.exponent - shift);
  return scale > static_cast<double>(FLT_MAX) ? FLT_MAX : static_cast<float>(scale);
}

class RationalWitness : public testing::TestWithParam<Format> {};

TEST_P(RationalWitness, RoundUpDiffersFromTheExactQuotientForOneAmax) {
  const Format& format = GetParam();
  const int k = seven_shift(format);
  const auto rules = reference::e8m0_rules(format, te_knobs(format));
  std::mutex mutex;
  std::set<std::uint32_t> exceptions;
  const auto look = [&](std::uint32_t bits) {
    if (bits == 0 || bits >= kInf) return true;
    const float amax = std::bit_cast<float>(bits);
    if (reference::e8m0_of_amax(rules, amax) == exact_round_up(bits, k)) return true;
    const std::lock_guard lock(mutex);
    exceptions.insert(bits);
    return true;
  };
  // Every multiple of max by a power of two, where the rule turns, and its neighbours.
  for (std::uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (std::uint32_t near = 0; near < 128; ++near) look((exponent << 23 | 0x600000u) + near - 64);
  }
  for (std::uint32_t shift = 0; shift < 24; ++shift) {  // the same among the subnormals
    for (std::uint32_t near = 0; near < 16; ++near) look((7u << 20 >> shift) + near - 8);
  }
  expect_every_float("round up, exactly", kAmaxes, step(61), look);
  const std::set<std::uint32_t> known{format.name == "e4m3" ? 0x04600001u : 0x07E00001u};
  EXPECT_EQ(exceptions, known);  // [K16]
}

TEST_P(RationalWitness, ScaleFromAmaxIsTheRoundedQuotient) {
  const Format& format = GetParam();
  const int k = seven_shift(format);
  const Knobs knobs = te_knobs(format);
  reference::ScaleOptions pow2;
  pow2.pow2 = true;
  expect_every_float("scale from amax, exactly", kAmaxes, step(121), [&](std::uint32_t bits) {
    const float amax = std::bit_cast<float>(bits);
    const bool bad = bits == 0 || bits >= kInf;
    const float expected = bad ? 1.0f : exact_scale(bits, k);
    const auto truncated =
        std::bit_cast<float>(std::bit_cast<std::uint32_t>(expected) & 0xFF800000u);
    return reference::scale_from_amax(amax, format, knobs, {}) == expected &&
           reference::scale_from_amax(amax, format, knobs, pow2) == truncated;
  });
}

INSTANTIATE_TEST_SUITE_P(Formats, RationalWitness, testing::ValuesIn(kSchemeFormats),
                         [](const auto& format) { return std::string(format.param.name); });

}  // namespace
}  // namespace fp8oracle::exhaustive
