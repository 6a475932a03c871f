// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"
#include "reference/scale.h"
#include "reference/tile.h"

namespace fp8oracle::reference {

/// The products, where a NaN has the sign of its x [K11]: IEEE 754 leaves the sign to the machine.
template <typename Derived>
Tile with_signs_of_nans(const Tile& products, const Eigen::ArrayBase<Derived>& x) {
  return products.binaryExpr(x.derived(), [](float product, float of) {
    return std::isnan(product) ? std::copysign(product, of) : product;
  });
}

/// The number that is encoded, one FP32 rounding [K10]:
///
///   product = x*s    RN(x * scale)
///   product = x/r    RN(x / scale_inv), scale_inv = scale_inverse(scale) as it is stored
template <typename Derived>
Tile scaled(const Eigen::ArrayBase<Derived>& x, float scale, const Knobs& knobs) {
  const bool divide = knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
  return with_signs_of_nans(divide ? Tile(x / scale_inverse(scale, knobs)) : Tile(x * scale), x);
}

/// The cast of whatever grid the scheme has: per tensor with the given scale, else in blocks.
void quantize(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args);

/// quantize for each item [K26].
void quantize_many(const ResolvedScheme& scheme, const fp8oracle_quantize_many_args& args);

/// Per-tensor cast: codes rowwise and transposed, one scale_inv, amax accumulated.
///
///   code      = encode(scaled(x))            an absent scale is exactly 1
///   scale_inv = RN(1 / scale)                also for an empty tensor [K24]
///   amax      = max(amax, max|x|)            of the unscaled input [K12]
void quantize_tensor(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args);

}  // namespace fp8oracle::reference
