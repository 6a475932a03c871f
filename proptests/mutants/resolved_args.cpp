// SPDX-License-Identifier: Apache-2.0
#include "resolved_args.h"

#include "fp8oracle/operations/operation.h"

namespace fp8oracle::mutants {

Args resolved(const fp8oracle_quantize_args& args) {
  return {resolve(*args.scheme), args.input,      args.scale, args.amax,
          args.rowwise,          args.columnwise, args.noop};
}

Args resolved(const fp8oracle_amax_args& args) {
  Args view;
  view.scheme = resolve(*args.scheme);
  view.input = args.input;
  view.amax = args.amax;
  view.noop = args.noop;
  return view;
}

Args resolved(const fp8oracle_scale_inverse_args& args) {
  Args view;
  view.scheme = resolve(*args.scheme);
  view.input.rows = view.input.cols = view.input.row_stride = 1;
  view.scale = args.scale;
  view.rowwise.scale_inv = args.scale_inv;
  return view;
}

Args resolved(const fp8oracle_quantize_given_args& args) {
  return {resolve(*args.scheme), args.input, {}, {}, args.rowwise, args.columnwise, args.noop};
}

std::vector<Args> resolved(const fp8oracle_quantize_many_args& args) {
  const ResolvedScheme scheme = resolve(*args.scheme);
  std::vector<Args> items;
  for (std::uint64_t i = 0; i < args.count; ++i) {
    const fp8oracle_quantize_item& item = item_of(args, i);
    items.push_back(
        {scheme, item.input, item.scale, item.amax, item.rowwise, item.columnwise, args.noop});
  }
  return items;
}

CurrentArgs resolved(const fp8oracle_quantize_current_args& args) {
  const Args cast{resolve(*args.scheme), args.input,      args.scale, args.amax,
                  args.rowwise,          args.columnwise, args.noop};
  return {cast, args.pow2, args.eps};
}

ScaleArgs resolved(const fp8oracle_scale_from_amax_args& args) {
  return {resolve(*args.scheme),
          args.input_type,
          args.pow2,
          args.eps,
          args.amax,
          args.scale,
          args.noop};
}

DequantizeArgs resolved(const fp8oracle_dequantize_args& args) {
  return {resolve(*args.scheme), args.pair, args.output};
}

SwizzleArgs resolved(const fp8oracle_swizzle_args& args) {
  return {resolve(*args.scheme), args.rows, args.cols, args.input, args.output};
}

}  // namespace fp8oracle::mutants
