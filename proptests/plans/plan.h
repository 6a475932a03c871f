// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::plans {

/// A value put at one place of the input, whatever the bulk says there. The place is a fraction of
/// the shape, so that it survives a change of shape.
struct Planted {
  std::uint32_t row_fraction = 0;  ///< row = rows * row_fraction / 2^32
  std::uint32_t col_fraction = 0;
  std::uint32_t choice = 0;  ///< picks the aimed value
};

/// What RapidCheck draws: small, and all that decides a case together with scheme and clause. The
/// bulk of the input is made from `seed` by a counter-based generator.
struct Plan {
  fp8oracle_type type = FP8ORACLE_F32;
  std::int64_t rows = 1;
  std::int64_t cols = 1;
  std::int64_t stride_extra = 0;  ///< row_stride - cols
  std::int64_t offset = 0;        ///< elements behind an aligned address
  std::uint32_t scale_bits = 0x3F800000;
  bool scale_absent = false;
  std::uint32_t prior_amax_bits = 0;
  std::uint32_t variant = 0;  ///< picks among the histories of a clause
  std::uint64_t seed = 0;
  std::vector<Planted> planted;  ///< at most eight
  std::uint64_t number = 0;      ///< which case of its clause and scheme
  bool hollow = false;           ///< not drawn: the history alone, with zeros for bulk data
};

/// How large a drawn shape may be and what it must be a multiple of.
struct ShapeLimits {
  std::int64_t max_elements = 4096;
  std::int64_t row_multiple = 1;
  std::int64_t col_multiple = 1;
};

/// The shapes that a scheme allows (profile knob `shapes`).
ShapeLimits shape_limits(const Scheme& scheme);

/// Draws plan `number` of a run with `seed`: the same pair gives the same plan on every machine.
/// `salt` separates clauses and schemes. `redraw`: another plan under the same number, for a
/// backend that denied those before.
Plan draw_plan(const ShapeLimits& limits, std::uint64_t seed, std::uint64_t salt,
               std::uint64_t number, std::uint32_t redraw = 0);

/// Scales log-uniform over the FP32 range, powers of two, and specials (+-0, +-Inf, NaN, FLT_MAX,
/// subnormals, above 2^126), as bits.
std::uint32_t scale_bits_from(std::uint32_t random_a, std::uint32_t random_b);

}  // namespace fp8oracle::plans
