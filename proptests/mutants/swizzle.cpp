// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

namespace fp8oracle::mutants {

fp8oracle_status run_swizzle(const Decisions& d, const fp8oracle_swizzle_args& given,
                             bool unswizzle, fp8oracle_message message) {
  fp8oracle_swizzle_args args = given;
  if (const auto error = d.boundary.check_swizzle(args, unswizzle)) {
    return d.boundary.refuse(*error, message);
  }
  const fp8oracle_operation operation = unswizzle ? FP8ORACLE_OP_UNSWIZZLE : FP8ORACLE_OP_SWIZZLE;
  fp8oracle_scheme swizzled_scheme = args.scheme;
  swizzled_scheme.layout = FP8ORACLE_LAYOUT_SWIZZLED;
  const unsigned direction = args.scheme.directions;
  const ScalePlan plain = scale_plan(args.scheme, direction, unswizzle ? args.output : args.input,
                                     args.rows, args.cols, operation);
  const ScalePlan swizzled =
      scale_plan(swizzled_scheme, direction, unswizzle ? args.input : args.output, args.rows,
                 args.cols, operation);
  const ScalePlan& from = unswizzle ? swizzled : plain;
  const ScalePlan& to = unswizzle ? plain : swizzled;
  d.layout.fill_padding(to);
  std::int64_t outer = plain.outer(), blocks = plain.blocks();
  if (d.layout.swizzle_copies_padding && args.scheme.layout == FP8ORACLE_LAYOUT_PADDED) {
    outer = plain.stored_transposed ? plain.shape.cols : plain.shape.rows;
    blocks = plain.stored_transposed ? plain.shape.rows : plain.shape.cols;
  }
  for (std::int64_t i = 0; i < outer; ++i) {
    for (std::int64_t j = 0; j < blocks; ++j) {
      store(to.buffer, d.layout.scale_index(i, j, to),
            fetch(from.buffer, d.layout.scale_index(i, j, from)));
    }
  }
  return FP8ORACLE_OK;
}

}  // namespace fp8oracle::mutants
