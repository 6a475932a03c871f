// SPDX-License-Identifier: Apache-2.0
// Per-tensor quantize of many tensors in as few launches as their descriptions fit into kernel
// arguments, with and without transposed codes.
//
//   grid   one tile of one tensor a block (64 x 128, or 32 x 32 when there are few); an empty
//          tensor has one block for its scalars
//   smem   the tile's codes
//   bytes  2 or 4 read and 1 or 2 written an element
//   equal  quantize of each tensor; its first block writes scale_inv, each block raises amax
#pragma once

#include <cstdint>

#include "device/begin_kernel.cuh"
#include "fp8oracle/operations/operation.h"
#include "fp8oracle/resolved_scheme.h"
#include "launch.cuh"
#include "status.h"
#include "tile_grid.h"

namespace fp8oracle::cuda {

/// One tensor, 80 bytes with its first tile.
struct ManyItem {
  const void* input;
  std::uint8_t* rowwise;
  std::uint8_t* columnwise;
  const float* scale;
  float* amax;
  float* scale_inv;
  std::int64_t rows;
  std::int64_t cols;
  std::int64_t row_stride;
  TileAlignment alignment;
};

/// A launch's tensors, passed by value. CUDA 12.1 and later pass up to 32 764 bytes.
template <int kItemsOf>
struct ManyCast {
  static constexpr int kItems = kItemsOf;
  ManyItem items[kItems];
  std::uint32_t first_tile[kItems];
  int count;
  bool propagate_nan;
  bool flush_scale_inv;
  const float* noop;
};
using FewItems = ManyCast<16>;
using MostItems = ManyCast<388>;
static_assert(sizeof(MostItems) <= 32764);

/// The tensor that `tile` is of: the last one that begins at or before it.
template <class Many>
__device__ __forceinline__ int item_of_tile(const Many& many, std::uint32_t tile) {
  int low = 0;
  int high = many.count;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (many.first_tile[middle] <= tile ? low : high) = middle;
  }
  return low;
}

template <class Many>
__device__ __forceinline__ TensorCast cast_of_item(const Many& many, const ManyItem& item) {
  TensorCast cast;
  cast.input = item.input;
  cast.rows = item.rows;
  cast.cols = item.cols;
  cast.row_stride = item.row_stride;
  cast.rowwise = item.rowwise;
  cast.columnwise = item.columnwise;
  cast.scale_inv = item.scale_inv;
  cast.amax = item.amax;
  cast.propagate_nan = many.propagate_nan;
  cast.flush_scale_inv = many.flush_scale_inv;
  return cast;
}

template <class T, class Format, class Shape, class Many, Fault kFault>
__global__ void __launch_bounds__(Shape::kThreads)
    quantize_many_kernel(const __grid_constant__ Many many) {
  __shared__ alignas(16) std::uint8_t shared[Shape::kBytes];
  __shared__ std::uint32_t scratch[Shape::kThreads / 32];
  begin_kernel<kFault>();
  if (kFault != Fault::kNoopIgnored && is_noop(many.noop)) return;
  const int index = item_of_tile(many, blockIdx.x);
  const ManyItem& item = many.items[index];
  const std::uint32_t tile = blockIdx.x - many.first_tile[index];
  const TensorCast cast = cast_of_item(many, item);
  const float* const from = kFault == Fault::kFirstScale ? many.items[0].scale : item.scale;
  const float scale = from != nullptr ? *from : 1.0f;
  const bool skipped = kFault == Fault::kLastScaleInvUnwritten && index == many.count - 1;
  // Of an empty tensor too [K24].
  if (tile == 0 && threadIdx.x == 0 && cast.scale_inv != nullptr && !skipped)
    *cast.scale_inv = scale_inverse_of<kFault>(scale, cast.flush_scale_inv);
  if (cast.rows == 0 || cast.cols == 0) return;

  const TileGrid grid{(cast.rows + Shape::kRows - 1) / Shape::kRows,
                      (cast.cols + Shape::kCols - 1) / Shape::kCols};
  const TilePlace place = tile_at<Shape>(cast, grid, tile);
  const AmaxTarget target(cast.amax);
  Amax<T> amax(cast.propagate_nan);
  TileInput<T, Shape> input;
  TileCodes<Shape> codes;
  input.load(cast, place, item.alignment);
  input.add_to(amax);
  leave_warp_max(amax.bits(), scratch);
  codes.template encode<T, Format>(input, scale);
  codes.template store_rowwise<CodeStores::kPlain>(cast, place, item.alignment);
  if (cast.columnwise != nullptr) codes.put_slots(shared);
  __syncthreads();
  if (cast.amax != nullptr) target.raise_to<kFault>(max_of_warps<kFault>(scratch));
  if (cast.columnwise != nullptr)
    store_columnwise<Shape, CodeStores::kPlain, kFault>(cast, place, item.alignment, shared);
}

template <class T>
ManyItem many_item(const ResolvedScheme& scheme, const fp8oracle_quantize_item& from) {
  const TensorCast cast = tensor_cast(scheme, from.input, from.rowwise, from.columnwise);
  return {cast.input,
          cast.rowwise,
          cast.columnwise,
          pointer<const float>(from.scale),
          pointer<float>(from.amax),
          cast.scale_inv,
          cast.rows,
          cast.cols,
          cast.row_stride,
          tile_alignment<T>(cast)};
}

template <class Shape>
std::int64_t tiles_of_item(const fp8oracle_quantize_item& item) {
  TensorCast cast;
  cast.rows = item.input.rows;
  cast.cols = item.input.cols;
  return std::max<std::int64_t>(tile_grid<Shape>(cast).count(), 1);
}

/// Launches the tensors from `begin` on that fit; `begin` becomes the first one that is left.
template <class T, class Format, class Shape, class Many, Fault kFault>
cudaError_t launch_batch(const ResolvedScheme& scheme, const fp8oracle_quantize_many_args& args,
                         std::uint64_t& begin, cudaStream_t stream) {
  Many many{};
  many.propagate_nan = scheme.knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN;
  many.flush_scale_inv = scheme.knobs.scale_inv_subnormals == FP8ORACLE_DROP;
  many.noop = pointer<const float>(args.noop);
  const std::uint64_t end = std::min<std::uint64_t>(args.count, begin + Many::kItems);
  std::int64_t tiles = 0;
  for (; begin < end; ++begin) {
    many.items[many.count] = many_item<T>(scheme, item_of(args, begin));
    many.first_tile[many.count] = static_cast<std::uint32_t>(tiles);
    many.count += 1;
    tiles += tiles_of_item<Shape>(item_of(args, begin));
  }
  return launch(quantize_many_kernel<T, Format, Shape, Many, kFault>,
                {static_cast<unsigned>(tiles), Shape::kThreads, stream}, many);
}

template <class T, class Format, class Shape, Fault kFault>
cudaError_t launch_batches(const ResolvedScheme& scheme, const fp8oracle_quantize_many_args& args,
                           cudaStream_t stream) {
  std::uint64_t begin = 0;
  if (args.count <= FewItems::kItems)
    return launch_batch<T, Format, Shape, FewItems, kFault>(scheme, args, begin, stream);
  cudaError_t error = cudaSuccess;
  while (error == cudaSuccess && begin < args.count)
    error = launch_batch<T, Format, Shape, MostItems, kFault>(scheme, args, begin, stream);
  return error;
}

template <Fault kFault>
fp8oracle_status quantize_all(const ResolvedScheme& scheme,
                              const fp8oracle_quantize_many_args& args, cudaStream_t stream,
                              fp8oracle_message message) {
  if (args.count == 0) return FP8ORACLE_OK;
  std::int64_t medium_tiles = 0;
  for (std::uint64_t i = 0; i < args.count; ++i)
    medium_tiles += tiles_of_item<MediumTile>(item_of(args, i));
  const cudaError_t error =
      with_type_and_format(item_of(args, 0).input.type, scheme.format, [&](auto type, auto format) {
        using T = typename decltype(type)::type;
        using Format = typename decltype(format)::type;
        if (medium_tiles < kFewMediumTiles) {
          return launch_batches<T, Format, SmallTile, kFault>(scheme, args, stream);
        } else {
          return launch_batches<T, Format, MediumTile, kFault>(scheme, args, stream);
        }
      });
  return status_of(error, "quantize_many", message);
}

inline std::uint64_t launches_of_many(std::uint64_t count) {
  return (count + MostItems::kItems - 1) / MostItems::kItems;
}

}  // namespace fp8oracle::cuda
