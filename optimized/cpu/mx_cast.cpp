// SPDX-License-Identifier: Apache-2.0
#include "mx_cast.h"

#include "fp8oracle/layout.h"
#include "grid.h"

namespace fp8oracle::cpu {
namespace {

MxOutput mx_output(const fp8oracle_quantize_args& args, const fp8oracle_pair& pair,
                   fp8oracle_direction direction) {
  MxOutput output;
  output.wanted = (args.scheme.directions & static_cast<std::uint32_t>(direction)) != 0;
  if (!output.wanted) return output;
  output.codes = static_cast<std::uint8_t*>(pair.codes.data);
  output.scale_inv = static_cast<std::uint8_t*>(pair.scale_inv.data);
  output.layout = scale_layout(args.scheme, direction, args.input.rows, args.input.cols);
  output.transposed =
      codes_shape(args.scheme, direction, args.input.rows, args.input.cols).transposed;
  clear_padding(output.layout, output.scale_inv);
  return output;
}

}  // namespace

MxCast mx_cast(const fp8oracle_quantize_args& args) {
  MxCast cast;
  cast.rule = element_rule(args.scheme.format, args.scheme.knobs);
  cast.e8m0 = e8m0_rule(args.scheme.format, args.scheme.knobs);
  cast.rowwise = mx_output(args, args.rowwise, FP8ORACLE_ROWWISE);
  cast.columnwise = mx_output(args, args.columnwise, FP8ORACLE_COLUMNWISE);
  cast.square = args.scheme.granularity == FP8ORACLE_GRANULARITY_MX32X32;
  cast.stream = args.input.rows * args.input.cols >= kStreamFromBytes;
  return cast;
}

}  // namespace fp8oracle::cpu
