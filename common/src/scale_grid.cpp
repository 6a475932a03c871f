// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/scale_grid.h"

#include <algorithm>

namespace fp8oracle {
namespace {

using Order = ScaleGrid::Order;

// A tile of the swizzle: 128 lines of 4 blocks, in 512 bytes.
constexpr std::int64_t kTileLines = 128, kTileBlocks = 4;

Order order_of(const ResolvedScheme& scheme, fp8oracle_direction direction) {
  if (scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED) return Order::kSwizzled;
  if (scheme.layout == FP8ORACLE_LAYOUT_PACKED) return Order::kPacked;
  if (scheme.grid.is_mx()) {
    const bool as_the_input = direction == FP8ORACLE_COLUMNWISE &&
                              scheme.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_SAME;
    return as_the_input ? Order::kBlockMajor : Order::kLineMajor;
  }
  const bool single_lines = scheme.grid.block_rows == 1;
  return scheme.layout == FP8ORACLE_LAYOUT_PADDED && single_lines ? Order::kBlockMajor
                                                                  : Order::kLineMajor;
}

/// Blocks of `size` along `extent` elements; a size of 0 is one block of all, even of none.
std::int64_t count(std::int64_t extent, std::int64_t size) {
  return size == 0 ? 1 : ceil_div(extent, size);
}

/// What the layout rounds lines and blocks up to.
struct Multiples {
  std::int64_t lines = 1, blocks = 1;
};
Multiples multiples_of(const ResolvedScheme& scheme) {
  switch (scheme.layout) {
    case FP8ORACLE_LAYOUT_COMPACT: return {};
    case FP8ORACLE_LAYOUT_SWIZZLED: return {kTileLines, kTileBlocks};
    case FP8ORACLE_LAYOUT_PACKED: return {4, 4};
    case FP8ORACLE_LAYOUT_PADDED: break;
  }
  if (scheme.grid.is_mx()) return {kTileLines, kTileBlocks};
  return scheme.grid.block_rows == 1 ? Multiples{4, 1} : Multiples{1, 4};
}

}  // namespace

std::int64_t ScaleGrid::place(std::int64_t i, std::int64_t j) const {
  switch (order) {
    case Order::kLineMajor: return i * cols + j;
    case Order::kBlockMajor: return j * cols + i;
    case Order::kPacked: return (j / 4 * rows + i) * 4 + j % 4;
    case Order::kSwizzled: break;
  }
  const std::int64_t tile = i / kTileLines * (cols / kTileBlocks) + j / kTileBlocks;
  return tile * kTileLines * kTileBlocks + i % 32 * 16 + i % kTileLines / 32 * 4 + j % kTileBlocks;
}

Window ScaleGrid::block(std::int64_t row, std::int64_t col) const {
  struct Stretch {
    std::int64_t begin, length;
  };
  const auto stretch = [](std::int64_t at, std::int64_t size, std::int64_t extent) {
    const std::int64_t begin = size == 0 ? 0 : at / size * size;
    return Stretch{begin, size == 0 ? extent : std::min(size, extent - begin)};
  };
  const Stretch down = stretch(row, rowwise ? grid.block_rows : grid.block_cols, input_rows);
  const Stretch across = stretch(col, rowwise ? grid.block_cols : grid.block_rows, input_cols);
  return {down.begin, across.begin, down.length, across.length};
}

ScaleGrid scale_grid(const ResolvedScheme& scheme, fp8oracle_direction direction, std::int64_t rows,
                     std::int64_t cols) {
  const Grid& grid = scheme.grid;
  ScaleGrid scales;
  scales.grid = grid;
  scales.input_rows = rows, scales.input_cols = cols;
  scales.rowwise = direction == FP8ORACLE_ROWWISE;
  scales.order = order_of(scheme, direction);
  scales.element_bytes = grid.scale_bytes();
  const std::int64_t lines = count(scales.rowwise ? rows : cols, scales.lines_of_a_scale());
  const std::int64_t blocks = count(scales.rowwise ? cols : rows, grid.block_cols);
  const Multiples to = multiples_of(scheme);
  scales.used_rows = lines, scales.used_cols = blocks;
  scales.rows = round_up(lines, to.lines), scales.cols = round_up(blocks, to.blocks);
  if (scales.order == Order::kBlockMajor) {
    std::swap(scales.rows, scales.cols);
    std::swap(scales.used_rows, scales.used_cols);
  }
  return scales;
}

}  // namespace fp8oracle
