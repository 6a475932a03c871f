// SPDX-License-Identifier: Apache-2.0
// Per-tensor quantize with transposed codes, alone or beside the rowwise ones, from one read.
//
//   grid   one tile a block: 64 x 256 (512 threads), less for smaller inputs
//   smem   the tile's codes, up to 16 KiB
//   bytes  2 or 4 read and 1 or 2 written an element; bound by DRAM
//   equal  quantize_tensor.cuh's codes, transposed; the same scale_inv and amax
#pragma once

#include <cstdint>

#include "device/begin_kernel.cuh"
#include "fp8oracle/resolved_scheme.h"
#include "launch.cuh"
#include "status.h"
#include "tile_grid.h"

namespace fp8oracle::cuda {

template <class T, class Format, class Shape, Fault kFault>
__global__ void __launch_bounds__(Shape::kThreads)
    quantize_transpose_kernel(const __grid_constant__ TensorCast cast, TileGrid grid,
                              TileAlignment alignment) {
  __shared__ alignas(16) std::uint8_t shared[Shape::kBytes];
  __shared__ std::uint32_t scratch[Shape::kThreads / 32];
  begin_kernel<kFault>();
  if (kFault != Fault::kNoopIgnored && is_noop(cast.noop)) return;
  const float scale = cast.scale != nullptr ? *cast.scale : 1.0f;
  const AmaxTarget target(cast.amax);
  Amax<T> amax(cast.propagate_nan);
  const std::int64_t col = blockIdx.x >> grid.band_log2;
  const std::int64_t row_in_band = blockIdx.x - (col << grid.band_log2);
  const std::int64_t bands = ((grid.tile_rows - 1) >> grid.band_log2) + 1;
  for (std::int64_t band = blockIdx.y; band < bands; band += gridDim.y) {
    const std::int64_t row = (band << grid.band_log2) + row_in_band;
    if (row >= grid.tile_rows - (kFault == Fault::kLastTileSkipped ? 1 : 0)) break;
    const TilePlace place = place_tile<Shape>(cast, row, col);
    TileInput<T, Shape> input;
    TileCodes<Shape> codes;
    input.load(cast, place, alignment);
    input.add_to(amax);
    if (band != blockIdx.y) __syncthreads();  // the previous tile has been taken out
    leave_warp_max(amax.bits(), scratch);
    codes.template encode<T, Format>(input, scale);
    codes.template store_rowwise<CodeStores::kPlain>(cast, place, alignment);
    codes.put_slots(shared);
    if constexpr (kFault != Fault::kMissingBarrier) __syncthreads();
    if (cast.amax != nullptr) target.raise_to<kFault>(max_of_warps<kFault>(scratch));
    store_columnwise<Shape, CodeStores::kPlain, kFault>(cast, place, alignment, shared);
  }
  // Of an empty tensor too [K24].
  if (blockIdx.x == 0 && blockIdx.y == 0 && threadIdx.x == 0 && cast.scale_inv != nullptr)
    *cast.scale_inv = scale_inverse_of<kFault>(scale, cast.flush_scale_inv);
}

template <class T, class Format, class Shape, Fault kFault>
cudaError_t launch_tiles(const TensorCast& cast, cudaStream_t stream) {
  const TileGrid grid = tile_grid<Shape>(cast);
  return launch(quantize_transpose_kernel<T, Format, Shape, kFault>,
                {blocks_of(grid), Shape::kThreads, stream}, cast, grid, tile_alignment<T>(cast));
}

template <Fault kFault>
fp8oracle_status quantize_both(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                               cudaStream_t stream, fp8oracle_message message) {
  const TensorCast cast = given_scale_cast(scheme, args);
  const cudaError_t error =
      with_type_and_format(args.input.type, scheme.format, [&](auto type, auto format) {
        using T = typename decltype(type)::type;
        using Format = typename decltype(format)::type;
        const std::int64_t tiles = tile_grid<MediumTile>(cast).count();
        if (tiles < kFewMediumTiles) {
          return launch_tiles<T, Format, SmallTile, kFault>(cast, stream);
        } else if (tiles < kManyMediumTiles) {
          return launch_tiles<T, Format, MediumTile, kFault>(cast, stream);
        } else {
          return launch_tiles<T, Format, LargeTile, kFault>(cast, stream);
        }
      });
  return status_of(error, "quantize", message);
}

}  // namespace fp8oracle::cuda
