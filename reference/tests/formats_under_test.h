// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::reference {

// Made-up formats: the same arithmetic must serve any split of the seven bits.
inline constexpr Format kE3M4{"e3m4", 3, 4, 3, 0x7E, 0, 0x7F};
inline constexpr Format kE2M5{"e2m5", 2, 5, 1, 0x5F, 0x60, 0x61};
inline constexpr Format kE6M1{"e6m1", 6, 1, 31, 0x7D, 0x7E, 0x7F};
inline constexpr Format kE1M6{"e1m6", 1, 6, -2, 0x7E, 0, 0x7F};

inline constexpr std::array kFormatsUnderTest{kE4M3, kE5M2, kE4M3Fnuz, kE5M2Fnuz,
                                              kE3M4, kE2M5, kE6M1,     kE1M6};

/// The knobs of value 0 (those of `te`) for one format.
inline Knobs plain_knobs(const Format& format) {
  Knobs knobs{};
  knobs.element_max_code = format.max_code;
  return knobs;
}

}  // namespace fp8oracle::reference
