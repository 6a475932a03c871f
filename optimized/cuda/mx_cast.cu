// SPDX-License-Identifier: Apache-2.0
// From the arguments of the ABI to what the MX kernels read.
#include "mx_cast.h"

#include "fp8oracle/layout.h"

namespace fp8oracle::cuda {
namespace {

bool is_multiple(const void* pointer, std::uintptr_t of) {
  return reinterpret_cast<std::uintptr_t>(pointer) % of == 0;
}

MxOutput output_of(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                   fp8oracle_direction direction) {
  const fp8oracle_pair& pair = direction == FP8ORACLE_ROWWISE ? args.rowwise : args.columnwise;
  MxOutput output{};
  if (!scheme.has(direction)) return output;
  output.codes = static_cast<std::uint8_t*>(pair.codes.data);
  output.scale_inv = static_cast<std::uint8_t*>(pair.scale_inv.data);
  output.layout = scale_layout(scheme, direction, args.input.rows, args.input.cols);
  output.transposed = codes_shape(scheme, direction, args.input.rows, args.input.cols).transposed;
  return output;
}

bool stores_whole(const MxCast& cast, const MxOutput& output) {
  if (output.codes == nullptr) return true;
  if (output.transposed) return is_multiple(output.codes, 16) && cast.rows % 16 == 0;
  return is_multiple(output.codes, 8) && cast.cols % 8 == 0;
}

}  // namespace

MxCast mx_cast(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  MxCast cast{};
  cast.input = args.input.data.data;
  cast.rows = args.input.rows;
  cast.cols = args.input.cols;
  cast.row_stride = args.input.row_stride;
  cast.e8m0 = e8m0_rule(scheme.format, scheme.knobs);
  cast.rowwise = output_of(scheme, args, FP8ORACLE_ROWWISE);
  cast.columnwise = output_of(scheme, args, FP8ORACLE_COLUMNWISE);
  cast.noop = static_cast<const float*>(args.noop.data);
  const std::int64_t size = size_of(static_cast<fp8oracle_type>(args.input.type));
  cast.aligned = is_multiple(cast.input, 16) && cast.row_stride * size % 16 == 0 &&
                 stores_whole(cast, cast.rowwise) && stores_whole(cast, cast.columnwise);
  return cast;
}

ScaleLayout scale_layout(const ResolvedScheme& scheme, fp8oracle_direction direction,
                         std::int64_t rows, std::int64_t cols) {
  constexpr std::int64_t kTileLines = 128, kTileBlocks = 4;
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  const bool padded = scheme.layout != FP8ORACLE_LAYOUT_COMPACT;
  ScaleLayout layout{};
  layout.swizzled = scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED;
  layout.lines = rowwise ? rows : cols;
  layout.blocks = ceil_div(rowwise ? cols : rows, kScaledTogether);
  layout.padded_lines = padded ? round_up(layout.lines, kTileLines) : layout.lines;
  layout.padded_blocks = padded ? round_up(layout.blocks, kTileBlocks) : layout.blocks;
  // Columnwise scales of codes that are not transposed stand in rows of blocks.
  const bool blocks_are_rows =
      !rowwise && !layout.swizzled && scheme.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_SAME;
  layout.line_pitch = blocks_are_rows ? 1 : layout.padded_blocks;
  layout.block_pitch = blocks_are_rows ? layout.padded_lines : 1;
  layout.tiles_across = layout.padded_blocks / kTileBlocks;
  return layout;
}

}  // namespace fp8oracle::cuda
