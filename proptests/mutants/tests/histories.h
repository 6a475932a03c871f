// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "fp8oracle/case.h"
#include "plans/inputs.h"
#include "plans/plan.h"

// The calls that these tests make: short histories which between them use every operation, each
// with arguments that some mutant needs.
namespace fp8oracle::mutants::tests {

/// A plan whose shape and input type the test chooses, everything else drawn.
plans::Plan drawn_plan(const Scheme& scheme, fp8oracle_type type, std::uint64_t number);

/// Cast in every direction of the scheme, with amax; read back into each type; per tensor amax
/// alone and scale from amax; MX scales swizzled and back.
Case cast_and_read(const Scheme& scheme, const plans::Plan& plan, plans::Bulk bulk);
/// The same input cast under two scales into two tensors, both directions at once and one by one;
/// the first read before and after the second cast, with its scale_inv replaced, and again.
Case recipe_moves_on(const Scheme& scheme, const plans::Plan& plan);
/// Every optional output absent once.
Case presence(const Scheme& scheme, const plans::Plan& plan);
/// 24 scales, their inverses; 24 amaxes, their scales with and without eps and power of two.
Case scalars(const Scheme& scheme, const plans::Plan& plan);
/// One field of each call illegal.
Case bad_calls(const Scheme& scheme, const plans::Plan& plan);

/// All of them for one scheme: small, empty, strided, unaligned, and one of more than 2^16
/// elements.
std::vector<Case> histories(const Scheme& scheme);

}  // namespace fp8oracle::mutants::tests
