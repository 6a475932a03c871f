// SPDX-License-Identifier: Apache-2.0
// Current scaling with transposed codes, alone or beside the rowwise ones, in one launch.
//
//   grid   as many blocks as run at once; block b's tiles are b, b + blocks, ...: the first stays
//   in
//          registers, the others are read again, last tile first
//   smem   a tile's codes
//   bytes  2 or 4 read and 1 or 2 written an element, and once more 2 or 4 of what is read again
//   equal  amax, scale_from_amax, quantize one after the other
#pragma once

#include <cstdint>

#include "current_scaling.cuh"
#include "fp8oracle/resolved_scheme.h"
#include "tile_grid.h"

namespace fp8oracle::cuda {

/// Codes of a tile in both orders; `shared` is free on entry and taken out when all threads have
/// met the next barrier.
template <class T, class Format, class Shape, Fault kFault>
__device__ __forceinline__ void cast_tile(const TensorCast& cast, const TilePlace& place,
                                          const TileAlignment& alignment,
                                          const TileInput<T, Shape>& input, float scale,
                                          std::uint8_t* shared) {
  TileCodes<Shape> codes;
  codes.template encode<T, Format>(input, scale);
  codes.template store_rowwise<CodeStores::kStreamed>(cast, place, alignment);
  codes.put_slots(shared);
  if constexpr (kFault != Fault::kMissingBarrier) __syncthreads();
  store_columnwise<Shape, CodeStores::kStreamed, kFault>(cast, place, alignment, shared);
}

template <class T, class Format, class Shape, Fault kFault>
__global__ void __launch_bounds__(Shape::kThreads)
    quantize_current_transpose_kernel(const __grid_constant__ CurrentCast current, TileGrid grid,
                                      TileAlignment alignment) {
  __shared__ alignas(16) std::uint8_t tile[Shape::kBytes];
  __shared__ CurrentShared<Shape::kThreads> shared;
  const TensorCast& cast = current.cast;
  begin_kernel<kFault>();
  if (kFault != Fault::kNoopIgnored && is_noop(cast.noop)) return;
  const CurrentStart start = begin_current(current);
  Amax<T> amax(cast.propagate_nan);
  const std::int64_t count = grid.count();
  TileInput<T, Shape> held;
  if (blockIdx.x < count) held.load(cast, tile_at<Shape>(cast, grid, blockIdx.x), alignment);
  for (std::int64_t i = std::int64_t{blockIdx.x} + gridDim.x; i < count; i += gridDim.x) {
    TileInput<T, Shape> input;
    input.load(cast, tile_at<Shape>(cast, grid, i), alignment);
    input.add_to(amax);
  }
  if (blockIdx.x < count) held.add_to(amax);

  const float scale = exchange_scale<kFault>(current, start, amax.bits(), shared);

  if (blockIdx.x >= count) return;
  const std::int64_t last = blockIdx.x + (count - 1 - blockIdx.x) / gridDim.x * gridDim.x;
  for (std::int64_t i = last; i > blockIdx.x; i -= gridDim.x) {
    const TilePlace place = tile_at<Shape>(cast, grid, i);
    TileInput<T, Shape> input;
    input.load(cast, place, alignment);
    cast_tile<T, Format, Shape, kFault>(cast, place, alignment, input, scale, tile);
    __syncthreads();
  }
  cast_tile<T, Format, Shape, kFault>(cast, tile_at<Shape>(cast, grid, blockIdx.x), alignment, held,
                                      scale, tile);
}

/// Measured on an H100 (BF16 to E4M3): 8192 x 8192 in 140.5 us, 141.3 with tiles of 128 x 128;
/// 4096 x 4096 in 30.3 us, 31.3; 1024 x 1024 in 3.8 us with the wide tile, 3.9 with 128 x 64 of
/// eight rows a thread; 128 x 512 in 2.7 us with the small one, 2.9 with the wide.
using SmallCurrentTile = TileShape<4, 8, 8>;  // 32 x 64
using WideCurrentTile = TileShape<4, 32, 8>;  // 128 x 64
template <class T>  // 256 x 128; of FP32 half of that, which spills otherwise
using LargeCurrentTile = TileShape<8, sizeof(T) == 4 ? 16 : 32, 16>;
/// Above so many tiles of a kind, larger ones: every block reads every block's word.
constexpr std::int64_t kFewTiles = 132;

template <class T, class Format, class Shape, Fault kFault>
cudaError_t launch_current_tiles(const CurrentCast& current, const Queue& queue) {
  constexpr auto kernel = quantize_current_transpose_kernel<T, Format, Shape, kFault>;
  static PerDevice<int> resident;
  const auto find = [&](int, int& found) {
    return find_resident_blocks(*queue.device, kernel, Shape::kThreads, 0, found);
  };
  const int* most = nullptr;
  if (const cudaError_t error = resident.get(most, find); error != cudaSuccess) return error;
  TileGrid grid = tile_grid<Shape>(current.cast);
  if (grid.count() <= *most) grid.band_log2 = 0;  // one division less before the only tile
  const auto blocks = static_cast<unsigned>(std::clamp<std::int64_t>(grid.count(), 1, *most));
  return launch(kernel, {blocks, Shape::kThreads, queue.stream, 0, blocks > 1}, current, grid,
                tile_alignment<T>(current.cast));
}

template <Fault kFault>
fp8oracle_status quantize_current_both(const ResolvedScheme& scheme,
                                       const fp8oracle_quantize_current_args& args,
                                       const Queue& queue, fp8oracle_message message) {
  const CurrentCast current = current_cast(scheme, args, queue);
  const cudaError_t error =
      with_type_and_format(args.input.type, scheme.format, [&](auto type, auto format) {
        using T = typename decltype(type)::type;
        using Format = typename decltype(format)::type;
        if (tile_grid<SmallCurrentTile>(current.cast).count() <= kFewTiles) {
          return launch_current_tiles<T, Format, SmallCurrentTile, kFault>(current, queue);
        } else if (tile_grid<WideCurrentTile>(current.cast).count() <= kFewTiles) {
          return launch_current_tiles<T, Format, WideCurrentTile, kFault>(current, queue);
        } else {
          return launch_current_tiles<T, Format, LargeCurrentTile<T>, kFault>(current, queue);
        }
      });
  return status_of(error, "quantize_current", message);
}

}  // namespace fp8oracle::cuda
