// SPDX-License-Identifier: Apache-2.0
// Per-tensor quantize with transposed codes, alone or beside the rowwise ones, from one read.
//
//   grid   one tile a block: 128 x 128 (256 threads), 32 x 64 (64 threads) for small inputs
//   smem   the tile's codes, 16 KiB or 2 KiB
//   bytes  2 or 4 read and 1 or 2 written an element; bound by DRAM
//   equal  quantize_tensor.cuh's codes, transposed; the same scale_inv and amax
#pragma once

#include <cstdint>

#include "status.h"
#include "tile_grid.h"

namespace fp8oracle::cuda {

template <class T, class Format, class Shape, Fault kFault>
__global__ void __launch_bounds__(Shape::kThreads)
    quantize_transpose_kernel(const __grid_constant__ TensorCast cast, TileGrid grid,
                              TileAlignment alignment) {
  __shared__ alignas(16) std::uint8_t shared[Shape::kBytes];
  __shared__ std::uint32_t scratch[Shape::kThreads / 32];
  if (is_noop(cast.noop)) return;
  const float scale = cast.scale != nullptr ? *cast.scale : 1.0f;
  Amax<T> amax(cast.propagate_nan);
  for (std::int64_t i = blockIdx.x; i < grid.count(); i += gridDim.x) {
    const TilePlace place = tile_at<Shape>(cast, grid, i);
    TileInput<T, Shape> input;
    TileCodes<Shape> codes;
    input.load(cast, place, alignment);
    input.add_to(amax);
    codes.template encode<T, Format>(input, scale);
    codes.store_rowwise(cast, place, alignment);
    if (i != blockIdx.x) __syncthreads();  // the previous tile has been taken out
    codes.put_slots(shared);
    __syncthreads();
    store_columnwise<Shape>(cast, place, alignment, shared);
  }
  // Of an empty tensor too [K24].
  if (blockIdx.x == 0 && threadIdx.x == 0 && cast.scale_inv != nullptr)
    *cast.scale_inv = scale_inverse_of(scale, cast.flush_scale_inv);
  if (cast.amax == nullptr) return;
  const std::uint32_t bits = block_max(amax.bits(), scratch);
  if (threadIdx.x == 0) accumulate_amax(cast.amax, bits);
}

template <class T, class Format, class Shape, Fault kFault>
void launch_tiles(const TensorCast& cast, cudaStream_t stream) {
  const TileGrid grid = tile_grid<Shape>(cast);
  quantize_transpose_kernel<T, Format, Shape, kFault>
      <<<block_count(grid.count()), Shape::kThreads, 0, stream>>>(cast, grid,
                                                                  tile_alignment<T>(cast));
}

/// Below so many large tiles the device is not full of them.
constexpr std::int64_t kFewLargeTiles = 512;

template <Fault kFault>
fp8oracle_status quantize_both(const fp8oracle_quantize_args& args, cudaStream_t stream,
                               fp8oracle_message message) {
  TensorCast cast = tensor_cast(args.scheme, args.input, args.rowwise, args.columnwise);
  cast.scale = pointer<const float>(args.scale);
  cast.amax = pointer<float>(args.amax);
  cast.noop = pointer<const float>(args.noop);
  with_type_and_format(args.input.type, args.scheme.format, [&](auto type, auto format) {
    using T = typename decltype(type)::type;
    using Format = typename decltype(format)::type;
    if (tile_grid<LargeTile>(cast).count() < kFewLargeTiles) {
      launch_tiles<T, Format, SmallTile, kFault>(cast, stream);
    } else {
      launch_tiles<T, Format, LargeTile, kFault>(cast, stream);
    }
  });
  return launched("quantize", message);
}

}  // namespace fp8oracle::cuda
