// SPDX-License-Identifier: Apache-2.0
#include "reference/quantize.h"

#include "reference/amax.h"
#include "reference/codec.h"
#include "reference/scalar.h"
#include "reference/scale.h"

namespace fp8oracle::reference {
namespace {

void quantize_codes(const fp8oracle_quantize_args& args, float scale) {
  const Format format = format_from_abi(args.scheme.format);
  const ElementRules rules = element_rules(format, args.scheme.knobs);
  const auto view = [&](const fp8oracle_pair& pair, fp8oracle_direction direction) {
    return CodesView{static_cast<std::uint8_t*>(pair.codes.data),
                     codes_shape(args.scheme, direction, args.input.rows, args.input.cols)};
  };
  const CodesView rowwise = view(args.rowwise, FP8ORACLE_ROWWISE);
  const CodesView columnwise = view(args.columnwise, FP8ORACLE_COLUMNWISE);

  for_each_tile(args.input.rows, args.input.cols, [&](std::int64_t row, std::int64_t col) {
    const Tile product = scaled(load_tile(args.input, row, col), scale, args.scheme.knobs);
    const CodeTile codes = encode_tile(format, rules, product);
    if (args.scheme.directions & FP8ORACLE_ROWWISE) store_codes(codes, rowwise, row, col);
    if (args.scheme.directions & FP8ORACLE_COLUMNWISE) store_codes(codes, columnwise, row, col);
  });
}

void accumulate_amax_of_input(const fp8oracle_quantize_args& args) {
  float amax = load_scalar(args.amax);
  for_each_tile(args.input.rows, args.input.cols, [&](std::int64_t row, std::int64_t col) {
    const Tile x = load_tile(args.input, row, col);
    amax = accumulate_amax(amax, max_magnitude(x, args.scheme.knobs));
  });
  store_scalar(args.amax, amax);
}

}  // namespace

Tile scaled(const Tile& x, float scale, const fp8oracle_knobs& knobs) {
  if (knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV) return x / scale_inverse(scale, knobs);
  return x * scale;
}

void quantize_tensor(const fp8oracle_quantize_args& args) {
  const float scale = present(args.scale) ? load_scalar(args.scale) : 1.0f;  // read once [K3]
  quantize_codes(args, scale);
  if (present(args.amax)) accumulate_amax_of_input(args);

  const float scale_inv = scale_inverse(scale, args.scheme.knobs);
  if (present(args.rowwise.scale_inv)) store_scalar(args.rowwise.scale_inv, scale_inv);
  if (present(args.columnwise.scale_inv)) store_scalar(args.columnwise.scale_inv, scale_inv);
}

}  // namespace fp8oracle::reference
