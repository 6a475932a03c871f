// SPDX-License-Identifier: Apache-2.0
#include "reference/quantize.h"

#include "fp8oracle/operations/operation.h"
#include "reference/amax.h"
#include "reference/block.h"
#include "reference/codec.h"
#include "reference/scalar.h"
#include "reference/scale.h"

namespace fp8oracle::reference {
namespace {

void quantize_codes(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                    float scale) {
  const Format format = scheme.format;
  const ElementRules rules = element_rules(format, scheme.knobs);
  const auto view = [&](const fp8oracle_pair& pair, fp8oracle_direction direction) {
    return CodesView{static_cast<std::uint8_t*>(pair.codes.data),
                     codes_shape(scheme, direction, args.input.rows, args.input.cols)};
  };
  const CodesView rowwise = view(args.rowwise, FP8ORACLE_ROWWISE);
  const CodesView columnwise = view(args.columnwise, FP8ORACLE_COLUMNWISE);

  for_each_tile(args.input.rows, args.input.cols, [&](const Window& window) {
    const Tile product = scaled(load_tile(args.input, window), scale, scheme.knobs);
    const CodeTile codes = encode_tile(format, rules, product);
    if (scheme.directions & FP8ORACLE_ROWWISE) store_codes(codes, rowwise, window);
    if (scheme.directions & FP8ORACLE_COLUMNWISE) store_codes(codes, columnwise, window);
  });
}

void accumulate_amax_of_input(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  float amax = load_scalar(args.amax);
  for_each_tile(args.input.rows, args.input.cols, [&](const Window& window) {
    const Tile x = load_tile(args.input, window);
    amax = accumulate_amax(amax, max_magnitude(x, scheme.knobs));
  });
  store_scalar(args.amax, amax);
}

}  // namespace

void quantize(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  scheme.grid.scale_is_given() ? quantize_tensor(scheme, args) : quantize_blocks(scheme, args);
}

void quantize_many(const ResolvedScheme& scheme, const fp8oracle_quantize_many_args& many) {
  for (std::uint64_t i = 0; i < many.count; ++i) {
    const fp8oracle_quantize_item& item = item_of(many, i);
    fp8oracle_quantize_args args{};
    args.input = item.input;
    args.scale = item.scale;
    args.amax = item.amax;
    args.rowwise = item.rowwise;
    args.columnwise = item.columnwise;
    quantize(scheme, args);
  }
}

void quantize_tensor(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  const float scale = present(args.scale) ? load_scalar(args.scale) : 1.0f;  // read once [K3]
  quantize_codes(scheme, args, scale);
  const bool empty = args.input.rows == 0 || args.input.cols == 0;
  if (present(args.amax) && !empty) accumulate_amax_of_input(scheme, args);  // unchanged [K24]

  const float scale_inv = scale_inverse(scale, scheme.knobs);
  if (present(args.rowwise.scale_inv)) store_scalar(args.rowwise.scale_inv, scale_inv);
  if (present(args.columnwise.scale_inv)) store_scalar(args.columnwise.scale_inv, scale_inv);
}

}  // namespace fp8oracle::reference
