// SPDX-License-Identifier: Apache-2.0
#include "mx_cast.h"

#include "fp8oracle/layout.h"
#include "shards.h"

namespace fp8oracle::cpu {
namespace {

MxOutput mx_output(const ResolvedScheme& scheme, const fp8oracle_matrix& input,
                   const fp8oracle_pair& pair, fp8oracle_direction direction) {
  MxOutput output;
  output.wanted = scheme.has(direction);
  if (!output.wanted) return output;
  output.codes = static_cast<std::uint8_t*>(pair.codes.data);
  output.scale_inv = static_cast<std::uint8_t*>(pair.scale_inv.data);
  output.layout = scale_layout(scheme, direction, input.rows, input.cols);
  output.transposed = codes_shape(scheme, direction, input.rows, input.cols).transposed;
  clear_padding(output.layout, output.scale_inv);
  return output;
}

}  // namespace

MxCast mx_cast(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  MxCast cast;
  cast.rule = element_rule(scheme.format, scheme.knobs);
  cast.e8m0 = e8m0_rule(scheme.format, scheme.knobs);
  cast.rowwise = mx_output(scheme, args.input, args.rowwise, FP8ORACLE_ROWWISE);
  cast.columnwise = mx_output(scheme, args.input, args.columnwise, FP8ORACLE_COLUMNWISE);
  cast.square = scheme.grid == kMx32x32Grid;
  cast.stream = args.input.rows * args.input.cols >= kStreamFromBytes;
  return cast;
}

}  // namespace fp8oracle::cpu
