// SPDX-License-Identifier: Apache-2.0
// MX quantization in tiles of 32 rows: blocks along the columns, along rows and columns from one
// read, 32 x 32 squares; any shape and alignment, codes of the columns as the input or transposed.
//
//   tile   32 rows x 8 * kAcross columns; a warp has 32 / kWarps rows of it, a thread eight
//          neighbours of a row in each of kLoads rows. The input is read once and stays in
//          registers
//   rows   four lanes share a block: amax by two shuffles
//   cols   amax of four rows in the warp, of the eight warps through shared memory
//   smem   partial amaxes (8 x columns), reciprocals (2 B a column), codes to be turned (36 B)
//   bytes  an element read; 1 + 1/32 written for each direction
//   equal  bit for bit to quantize_mx of the reference [K16, K17, K20, K21, K30]
#pragma once

#include "device/begin_kernel.cuh"
#include "device/noop.cuh"
#include "mx_tile_columns.cuh"
#include "mx_tile_rows.cuh"
#include "mx_tile_squares.cuh"

namespace fp8oracle::cuda {

enum class MxBlocks { kRows, kColumns, kRowsAndColumns, kSquares };

template <class T, class Format, MxBlocks kBlocks, bool kFull, MxFault kFault, class Tile>
__device__ __forceinline__ void quantize_tile(const MxCast& cast, Tile& tile,
                                              typename Tile::Memory& memory) {
  tile.template load<kFull, kFault>(cast);
  if constexpr (kBlocks == MxBlocks::kSquares) {
    quantize_squares<T, Format, kFull, kFault>(cast, tile, memory);
  } else if constexpr (kBlocks == MxBlocks::kRows) {
    quantize_rows<T, Format, kFull, kFault>(cast, tile);
  } else {
    share_column_amax<T, kFault>(cast, tile, memory);
    // The rows' work hides the wait for the other warps.
    if constexpr (kBlocks == MxBlocks::kRowsAndColumns) {
      quantize_rows<T, Format, kFull, kFault>(cast, tile);
    }
    quantize_columns<T, Format, kFull, kFault>(cast, tile, memory);
  }
}

/// Neighbouring blocks of the grid take neighbouring tiles of a row; of a column where the codes
/// are transposed, so that their pieces of an output row meet in the L2.
template <class Tile>
__device__ __forceinline__ void place_tile(const MxCast& cast, Tile& tile) {
  const auto across = static_cast<std::uint32_t>((cast.cols + Tile::kCols - 1) / Tile::kCols);
  const auto down = static_cast<std::uint32_t>((cast.rows + 31) / 32);
  const bool turned = cast.columnwise.codes != nullptr && cast.columnwise.transposed;
  const std::uint32_t per = turned ? down : across;
  const std::uint32_t outer = blockIdx.x / per, inner = blockIdx.x % per;
  tile.tile_row = std::int64_t{turned ? inner : outer} * kTileRows;
  tile.tile_col = std::int64_t{turned ? outer : inner} * Tile::kCols;
  tile.warp = static_cast<int>(threadIdx.x) / 32;
  tile.lane = static_cast<int>(threadIdx.x) % 32;
}

template <class T, class Format, MxBlocks kBlocks, class Shape, MxFault kFault = MxFault::kNone>
__global__ void __launch_bounds__(Shape::kThreads, Shape::kResident)
    mx_tile_kernel(const __grid_constant__ MxCast cast) {
  using Tile = MxTile<T, Shape>;
  __shared__ typename Tile::Memory memory;
  begin_kernel();
  if (kFault != MxFault::kNoopIgnored && is_noop(cast.noop)) return;
  Tile tile;
  place_tile(cast, tile);
  const bool full = cast.aligned && tile.tile_row + kTileRows <= cast.rows &&
                    tile.tile_col + Tile::kCols <= cast.cols;
  if (full) {
    quantize_tile<T, Format, kBlocks, true, kFault>(cast, tile, memory);
  } else {
    quantize_tile<T, Format, kBlocks, false, kFault>(cast, tile, memory);
  }
  if (kFault == MxFault::kPaddingUnwritten) return;
  if (cast.rowwise.codes) clear_padding(cast.rowwise.layout, cast.rowwise.scale_inv);
  if (cast.columnwise.codes) clear_padding(cast.columnwise.layout, cast.columnwise.scale_inv);
}

}  // namespace fp8oracle::cuda
