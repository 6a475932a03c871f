// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "fp8oracle/case.h"
#include "plans/plan.h"

namespace fp8oracle::plans {

/// What the bulk of an input is made of.
enum class Bulk {
  kOrdinary,        ///< aimed values, finite
  kSpecials,        ///< aimed values, and NaN, Inf, -0 among them
  kSpecialInLanes,  ///< the special corpus, each in every position of a row
  kBlockEdges,      ///< one element a block at an edge of the scale rules, the rest small or zero
  kExact,           ///< code values times powers of two: nothing to round
  kConstant,        ///< one value everywhere
};

/// An input of plan.rows x plan.cols made from plan.seed. For block schemes every block gets its
/// own power-of-two magnitude; per tensor the values are aimed through plan.scale. Of a hollow plan
/// it is zeros, as are random_bytes().
InputDecl make_input(const Scheme& scheme, const Plan& plan, Bulk bulk,
                     const std::string& name = "x");

/// Random bytes for codes or scale_inv, from the plan's seed and a stream number.
std::vector<std::uint8_t> random_bytes(const Plan& plan, std::uint64_t stream, std::size_t count);

}  // namespace fp8oracle::plans
