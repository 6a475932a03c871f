// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "exhaustive/tier.h"

namespace fp8oracle::exhaustive {

using Tiers = std::vector<std::unique_ptr<Tier>>;

/// fp32: all 2^32 FP32 inputs, scale absent, per format.
Tiers fp32_tiers();
/// bf16, f16: all 65 536 inputs of the type times a corpus of scales, per format.
Tiers half_tiers();
/// mx-amax.RULE: all 2^31 non-negative amaxes (Inf and NaN included) of an MX block, per rule of
/// the built-in profiles and format.
Tiers mx_amax_tiers();
/// scale-from-amax, scale-from-amax.pow2: an aimed sample, one call each.
Tiers scale_from_amax_tiers();
/// dequantize.TYPE: all 256 codes times a corpus of scale_inv; mx-dequantize.TYPE: all 256 codes
/// times all 256 E8M0 codes.
Tiers decode_tiers();

/// All of the above, in this order.
Tiers all_tiers();

/// Scales (and scale_inv) to be multiplied with everything: specials, the ends of FP32, neighbours
/// of powers of two, and one arbitrary significand every few binades. As FP32 bits.
const std::vector<std::uint32_t>& scale_corpus();

/// The rule of a profile with its shapes opened and its columnwise codes in place: what
/// mx_amax_tiers call. Named "<profile>, any shape".
Profile any_shape(const Profile& profile);

}  // namespace fp8oracle::exhaustive
