// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::cuda {

/// The scale rules of the MX profiles (semantics.md 4.1 and 14) as one formula on the bits of a
/// block's amax, so that a kernel needs no branch on the profile [K16]:
///
///   v    = bits(RN(amax * factor))
///   code = clamp(((v + add) >> 23) - subtract, 0, 254), and 0 where v <= zero_upto
///
/// up     factor RN(1 / max), add 2^23 - 1 (to the next power of two), zero_upto 2^-127
/// floor  subtract emax        ceil  the same, add 2^23 - 1
/// even   subtract emax, add half of the last place that a code keeps
///
/// `up` differs from the exact quotient for one amax a format, where the product rounds down to
/// 2^-127: 0x04600001 (E4M3) and 0x07E00001 (E5M2).
struct E8m0Rule {
  float factor;
  std::uint32_t add;
  std::int32_t subtract;
  std::uint32_t zero_upto;
  std::uint32_t inf_from;  ///< the first bits that count as Inf: under `even` 2^128 after rounding
  std::int32_t of_inf;
  std::int32_t of_zero;
  /// What a magnitude is compared with before it enters a maximum that propagates NaN: 0 drops a
  /// NaN, a NaN keeps it. So the rule for NaN is data as well.
  float nan_floor;
};

/// Precondition: check_scheme() found nothing and element_max_code is the format's own.
E8m0Rule e8m0_rule(const Format& format, const Knobs& knobs);

}  // namespace fp8oracle::cuda
