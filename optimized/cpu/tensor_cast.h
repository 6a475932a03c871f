// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "element_rule.h"

namespace fp8oracle::cpu {

/// One per-tensor cast, the same for all of its elements.
struct TensorCast {
  ElementRule rule;
  float factor = 1.0f;         ///< scale, or scale_inv where `divide`
  bool divide = false;         ///< product = x/r
  bool propagate_nan = false;  ///< into amax
  bool stream = false;         ///< the codes are too many for the caches
};

}  // namespace fp8oracle::cpu
