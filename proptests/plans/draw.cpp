// SPDX-License-Identifier: Apache-2.0
// The one file that speaks to RapidCheck's generators.
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "fp8oracle/layout.h"
#include "plans/plan.h"

namespace fp8oracle::plans {
namespace {

// Lengths around vector widths, blocks of 32, and scale tiles of 128.
constexpr std::array<std::int64_t, 27> kLengths{1,  2,   3,   5,   7,   15,  16,  17,  31,
                                                32, 33,  47,  48,  63,  64,  65,  95,  96,
                                                97, 127, 128, 129, 160, 191, 224, 257, 320};

// Of shapes with whole tiles of every kernel in them, and rests.
constexpr std::array<std::int64_t, 10> kLargeLengths{64,  100, 128, 250,  256,
                                                     257, 512, 600, 1024, 1030};
constexpr std::int64_t kMostOfLarge = std::int64_t{1} << 15;

rc::Gen<std::int64_t> length() {
  return rc::gen::elementOf(std::vector<std::int64_t>(kLengths.begin(), kLengths.end()));
}

rc::Gen<std::uint32_t> word() {
  // Not gen::arbitrary: its size parameter would keep the numbers small.
  return rc::gen::map(rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 32),
                      [](std::int64_t v) { return static_cast<std::uint32_t>(v); });
}

rc::Gen<Planted> planted() {
  return rc::gen::build<Planted>(rc::gen::set(&Planted::row_fraction, word()),
                                 rc::gen::set(&Planted::col_fraction, word()),
                                 rc::gen::set(&Planted::choice, word()));
}

std::int64_t fit(std::int64_t length, std::int64_t multiple, std::int64_t room) {
  const std::int64_t most = std::max(room / multiple * multiple, multiple);
  return std::min(round_up(length, multiple), most);
}

/// Kernels take other ways where there is a whole tile, or work for several blocks of threads.
void enlarge(Plan& p, const ShapeLimits& limits, std::uint32_t random) {
  const auto length = [](std::uint32_t n) { return kLargeLengths[n % kLargeLengths.size()]; };
  p.rows = fit(length(random), limits.row_multiple, kMostOfLarge / limits.col_multiple);
  p.cols = fit(length(random / 16), limits.col_multiple, kMostOfLarge / p.rows);
  if (random >> 31 == 0) p.stride_extra = p.offset = 0;
}

rc::Gen<Plan> plan(const ShapeLimits& limits) {
  return rc::gen::exec([limits] {
    Plan p;
    p.type = *rc::gen::weightedElement<fp8oracle_type>(
        {{2, FP8ORACLE_F32}, {1, FP8ORACLE_BF16}, {1, FP8ORACLE_F16}});
    const std::int64_t first = *length();
    const std::int64_t second = *length();
    p.rows = fit(first, limits.row_multiple, limits.max_elements / limits.col_multiple);
    p.cols = fit(second, limits.col_multiple, limits.max_elements / p.rows);
    p.stride_extra = *rc::gen::weightedElement<std::int64_t>({{3, 0}, {1, 1}, {1, 3}, {1, 16}});
    p.offset = *rc::gen::weightedOneOf<std::int64_t>(
        {{2, rc::gen::just<std::int64_t>(0)}, {1, rc::gen::inRange<std::int64_t>(1, 16)}});
    p.scale_bits = scale_bits_from(*word(), *word());
    p.scale_absent = *rc::gen::weightedElement<bool>({{7, false}, {1, true}});
    p.prior_amax_bits = *rc::gen::elementOf(
        std::vector<std::uint32_t>{0, 0, 0x00000001, 0x00800000, 0x3F800000, 0x43E00000, 0x7F7FFFFF,
                                   0x7F800000, 0x7FC00000, 0x80000000, 0xC0A00000, 0xFFC00000});
    p.variant = *word();
    p.seed = (std::uint64_t{*word()} << 32) | *word();
    p.planted =
        *rc::gen::container<std::vector<Planted>>(*rc::gen::inRange<std::size_t>(0, 9), planted());
    const std::uint32_t choice = *word();
    if (choice % 32 == 0) enlarge(p, limits, *word());
    return p;
  });
}

}  // namespace

ShapeLimits shape_limits(const Scheme& scheme) {
  ShapeLimits limits;
  if (scheme.grid.scale_is_given() || scheme.profile.knobs.shapes == FP8ORACLE_SHAPES_ANY)
    return limits;
  if (scheme.has(FP8ORACLE_ROWWISE)) limits.col_multiple = scheme.grid.block_cols;
  if (scheme.has(FP8ORACLE_COLUMNWISE)) limits.row_multiple = scheme.grid.block_cols;
  return limits;
}

Plan draw_plan(const ShapeLimits& limits, std::uint64_t seed, std::uint64_t salt,
               std::uint64_t number, std::uint32_t redraw) {
  // RapidCheck keeps the context of operator* in plain statics.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const rc::Random random(seed * 0x9E3779B97F4A7C15u ^ salt * 0xC2B2AE3D27D4EB4Fu ^ number ^
                          redraw * 0x9E6C63D0876A9A99u);
  constexpr int kSize = 100;  // above 100, Debian's RapidCheck shifts too far
  Plan drawn = plan(limits)(random, kSize).value();
  drawn.number = number;
  return drawn;
}

std::uint32_t scale_bits_from(std::uint32_t a, std::uint32_t b) {
  constexpr std::array<std::uint32_t, 16> kSpecials{0x00000000, 0x80000000, 0x7F800000, 0xFF800000,
                                                    0x7FC00000, 0x7F7FFFFF, 0x00800000, 0x00000001,
                                                    0x007FFFFF, 0x80400000, 0x7E800001, 0x7F000000,
                                                    0x3F800000, 0x40400000, 0xBF800000, 0x00400000};
  const std::uint32_t exponent = 1 + b % 254;
  const std::uint32_t moderate = 67 + b % 120;  // 2^-60 .. 2^59: products stay in range
  switch (a % 16) {
    case 0: return kSpecials[b % kSpecials.size()];
    case 1: return exponent << 23;
    case 2:
    case 3: return moderate << 23;
    case 4: return (exponent << 23) | (a >> 9);
    case 5: return 0x80000000u | (moderate << 23) | (a >> 9);
    case 6: return 0x3F800000u | (a >> 9);
    default: return (moderate << 23) | (a >> 9);
  }
}

}  // namespace fp8oracle::plans
