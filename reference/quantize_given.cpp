// SPDX-License-Identifier: Apache-2.0
#include "reference/codec.h"
#include "reference/dequantize.h"
#include "reference/operations.h"
#include "reference/quantize.h"

namespace fp8oracle::reference {
namespace {

/// The numbers that are encoded, with the scale_inv `r` of each element as it is stored:
///
///   E8M0 blocks        x / r            exact: r is a power of two
///   product = x/r      RN(x / r)
///   product = x*s      RN(x * RN(1 / r))
///
/// A NaN scale_inv of a block makes all of its codes the canonical NaN; else a NaN has the sign of
/// its x [K11].
Tile product(const Tile& x, const Tile& r, const ResolvedScheme& scheme) {
  const bool divide =
      scheme.grid.is_mx() || scheme.knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
  const Tile products = divide ? Tile(x / r) : Tile(x * (1.0f / r));
  const Tile with_signs = with_signs_of_nans(products, x);
  if (scheme.grid.scale_is_given()) return with_signs;
  return r.isNaN().select(Tile::Constant(x.rows(), x.cols(), std::abs(std::nanf(""))), with_signs);
}

void quantize_direction(const ResolvedScheme& scheme, const fp8oracle_matrix& input,
                        fp8oracle_direction direction, const fp8oracle_pair& pair) {
  const ElementRules rules = element_rules(scheme.format, scheme.knobs);
  const ScaleGrid scales = scale_grid(scheme, direction, input.rows, input.cols);
  const CodesView codes{static_cast<std::uint8_t*>(pair.codes.data),
                        codes_shape(scheme, direction, input.rows, input.cols)};
  for_each_tile(input.rows, input.cols, [&](const Window& window) {
    const Tile r = load_scale_inv(pair.scale_inv, scales, window);
    const Tile products = product(load_tile(input, window), r, scheme);
    store_codes(encode_tile(scheme.format, rules, products), codes, window);
  });
}

}  // namespace

void quantize_given(const ResolvedScheme& scheme, const fp8oracle_quantize_given_args& args) {
  if (scheme.has(FP8ORACLE_ROWWISE))
    quantize_direction(scheme, args.input, FP8ORACLE_ROWWISE, args.rowwise);
  if (scheme.has(FP8ORACLE_COLUMNWISE))
    quantize_direction(scheme, args.input, FP8ORACLE_COLUMNWISE, args.columnwise);
}

}  // namespace fp8oracle::reference
