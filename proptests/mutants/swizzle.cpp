// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

namespace fp8oracle::mutants {
namespace {

void permute(const Decisions& d, const SwizzleArgs& args, fp8oracle_operation operation) {
  const bool unswizzle = operation == FP8ORACLE_OP_UNSWIZZLE;
  ResolvedScheme swizzled_scheme = args.scheme;
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
    outer = plain.stored_transposed() ? plain.shape.cols : plain.shape.rows;
    blocks = plain.stored_transposed() ? plain.shape.rows : plain.shape.cols;
  }
  for (std::int64_t i = 0; i < outer; ++i) {
    for (std::int64_t j = 0; j < blocks; ++j) {
      store(to.buffer, d.layout.scale_index(i, j, to),
            fetch(from.buffer, d.layout.scale_index(i, j, from)));
    }
  }
}

}  // namespace

void kernel::swizzle(const Decisions& d, const SwizzleArgs& args) {
  permute(d, args, FP8ORACLE_OP_SWIZZLE);
}
void kernel::unswizzle(const Decisions& d, const SwizzleArgs& args) {
  permute(d, args, FP8ORACLE_OP_UNSWIZZLE);
}

}  // namespace fp8oracle::mutants
