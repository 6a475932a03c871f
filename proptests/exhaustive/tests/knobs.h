// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/profile.h"
#include "reference/codec.h"
#include "reference/e8m0.h"

namespace fp8oracle::exhaustive {

inline Knobs te_knobs(const Format& format) { return find_profile("te").knobs_for(format); }

}  // namespace fp8oracle::exhaustive
