// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

/// What the tests expect, by the slowest means: search in the table of values, double arithmetic,
/// plain loops. Shares nothing with the kernels.
namespace fp8oracle::cpu_tests {

/// The value of a code; NaN and Inf included.
double value_of(const Format& format, unsigned code);

/// cast_P(y): the nearest value of the format, found by search.
std::uint8_t encode(const Format& format, const Knobs& knobs, float y);

/// x widened; `bits` holds 32 or 16 of them.
float widen(fp8oracle_type type, std::uint32_t bits);
/// y rounded to the type, by search among the neighbours.
std::uint32_t narrow(fp8oracle_type type, float y);

/// The E8M0 code of a block with these elements.
std::uint8_t e8m0_of_block(const Format& format, const Knobs& knobs,
                           const std::vector<float>& block);
/// 2^(127 - code) or 2^(code - 127).
float e8m0_reciprocal(std::uint8_t code);
float e8m0_value(std::uint8_t code);

/// max|x| under the knob amax.nan.
float amax_of(const Knobs& knobs, const std::vector<float>& values);

/// FP32 bit patterns around everything that a format does: each value, each midpoint, their
/// neighbours, specials, subnormals; both signs.
std::vector<float> aimed_values(const Format& format);

}  // namespace fp8oracle::cpu_tests
