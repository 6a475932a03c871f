// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"
#include "reference/scale.h"

namespace fp8oracle::reference {

// Derivations: every step of one number as short lines "name = formula = value", for failure
// reports and for `fp8oracle explain`. They come from the functions of the reference, not from a
// second copy.

/// x and a free FP32 scale to a code: product, exponent, quantum, quanta, the rounding, the code.
std::vector<std::string> derive_code(const Format& format, const Knobs& knobs, float x,
                                     float scale);
/// The same for an element of an MX block whose stored scale is the E8M0 code `scale_inv`.
std::vector<std::string> derive_mx_code(const Format& format, const Knobs& knobs, float x,
                                        std::uint8_t scale_inv);

/// The elements of one MX block (32, fewer at an edge, 1024 in a tile) to its E8M0 code.
std::vector<std::string> derive_block_scale(const Format& format, const Knobs& knobs,
                                            std::span<const float> block);

/// amax to the scale of a recipe [K14].
std::vector<std::string> derive_scale_from_amax(const Format& format, const Knobs& knobs,
                                                float amax, const ScaleOptions& options);

/// A scale to its scale_inv [K9].
std::vector<std::string> derive_scale_inv(const Knobs& knobs, float scale);

/// A code and its scale_inv to the dequantized value of an output type [K6].
std::vector<std::string> derive_value(const Format& format, std::uint8_t code, float scale_inv,
                                      fp8oracle_type type);

}  // namespace fp8oracle::reference
