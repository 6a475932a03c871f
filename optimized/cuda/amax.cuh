// SPDX-License-Identifier: Apache-2.0
// amax of a tensor, overwritten, in one launch.
//
//   grid   as many blocks as run at once, tiles of kThreads x kUnits units in turn
//   smem   one word a warp
//   bytes  2 or 4 read an element; bound by DRAM
//   equal  max|x|; 0 of an empty tensor
//
// Every block posts its maximum; the last one waits for the others' and writes the result. Only
// that block waits, so the others always get to run.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cast_arguments.h"
#include "device/begin_kernel.cuh"
#include "device/exchange.cuh"
#include "device_state.h"
#include "fp8oracle/resolved_scheme.h"
#include "launch.cuh"
#include "queue.h"
#include "status.h"

namespace fp8oracle::cuda {

/// Measured on an H100 (BF16): 8192 x 8192 in 44.4 us, 44.7 with four blocks and no tile ahead;
/// 4096 x 4096 in 12.6 us, 12.8 (both without the prefetch); 1024 x 1024 in 2.0 us.
struct AmaxTuning {
  static constexpr int kThreads = 512;
  static constexpr int kUnits = 4;
  static constexpr int kBlocksPerMultiprocessor = 2;
};

/// One thread's maximum over a part of a row that is not a whole tile.
template <class T, int kThreads>
__device__ __forceinline__ void amax_of_partial_tile(const T* input, std::int64_t count,
                                                     bool aligned, Amax<T>& amax) {
  constexpr int kUnit = Element<T>::kUnit;
  const std::int64_t whole = aligned ? count / kUnit * kUnit : 0;
  for (std::int64_t i = threadIdx.x * kUnit; i < whole; i += kThreads * kUnit)
    amax.add(load_unit(input + i));
  for (std::int64_t i = whole + threadIdx.x; i < count; i += kThreads)
    amax.add(Element<T>::widen(input[i]));
}

/// A tile's part of a row.
template <class T>
struct AmaxTile {
  static constexpr std::int64_t kElements =
      std::int64_t{AmaxTuning::kThreads} * AmaxTuning::kUnits * Element<T>::kUnit;
  const T* input;
  std::int64_t count;
};
template <class T>
__device__ __forceinline__ AmaxTile<T> amax_tile(const TensorCast& cast, std::int64_t tiles_per_row,
                                                 std::int64_t i) {
  const std::int64_t row = cast.rows == 1 ? 0 : i / tiles_per_row;
  const std::int64_t begin = (i - row * tiles_per_row) * AmaxTile<T>::kElements;
  return {static_cast<const T*>(cast.input) + row * cast.row_stride + begin,
          min(AmaxTile<T>::kElements, cast.cols - begin)};
}

/// One thread's units of a whole tile, on their way; none of another tile.
template <class T>
struct AmaxUnits {
  Unit units[AmaxTuning::kUnits];
  bool whole = false;

  static __device__ __forceinline__ const T* place(const AmaxTile<T>& tile, int unit) {
    return tile.input + (unit * AmaxTuning::kThreads + threadIdx.x) * Element<T>::kUnit;
  }
  static __device__ __forceinline__ void prefetch_whole(const AmaxTile<T>& tile) {
    if (tile.count != AmaxTile<T>::kElements) return;
#pragma unroll
    for (int u = 0; u < AmaxTuning::kUnits; ++u) prefetch(place(tile, u));
  }
  __device__ __forceinline__ void load(const AmaxTile<T>& tile, bool aligned) {
    whole = aligned && tile.count == AmaxTile<T>::kElements;
    if (!whole) return;
#pragma unroll
    for (int u = 0; u < AmaxTuning::kUnits; ++u) units[u] = load_unit(place(tile, u));
  }
  __device__ __forceinline__ void add_to(Amax<T>& amax) const {
#pragma unroll
    for (const Unit& unit : units) amax.add(unit);
  }
};

/// One thread's maximum over its block's tiles: a tile is asked for before the one ahead of it is
/// looked at.
template <class T>
__device__ __forceinline__ void amax_of_tiles(const TensorCast& cast, std::int64_t tiles_per_row,
                                              bool aligned, Amax<T>& amax) {
  const std::int64_t all = tiles_per_row * cast.rows;
  AmaxUnits<T> ahead;
  if (blockIdx.x < all) ahead.load(amax_tile<T>(cast, tiles_per_row, blockIdx.x), aligned);
  for (std::int64_t i = blockIdx.x; i < all; i += gridDim.x) {
    const AmaxUnits<T> units = ahead;
    if (i + gridDim.x < all) ahead.load(amax_tile<T>(cast, tiles_per_row, i + gridDim.x), aligned);
    if (units.whole) {
      units.add_to(amax);
    } else {
      const AmaxTile<T> tile = amax_tile<T>(cast, tiles_per_row, i);
      amax_of_partial_tile<T, AmaxTuning::kThreads>(tile.input, tile.count, aligned, amax);
    }
  }
}

template <class T, Fault kFault>
__global__ void __launch_bounds__(AmaxTuning::kThreads, AmaxTuning::kBlocksPerMultiprocessor)
    amax_kernel(const __grid_constant__ TensorCast cast, Exchange* exchange,
                std::int64_t tiles_per_row, bool aligned) {
  __shared__ std::uint32_t scratch[AmaxTuning::kThreads / 32];
  __shared__ std::uint32_t shared_epoch;
  // Read nothing yet, but let it come nearer: 4096 x 4096 on an H100 in 11.9 us, 12.7 without.
  if (blockIdx.x < tiles_per_row * cast.rows)
    AmaxUnits<T>::prefetch_whole(amax_tile<T>(cast, tiles_per_row, blockIdx.x));
  begin_kernel<kFault>();
  if (is_noop(cast.noop)) return;
  // In a register until the input's loads are on their way: a store to shared memory would wait.
  const std::uint32_t own_epoch = threadIdx.x == 0 ? this_epoch(*exchange) : 0u;
  Amax<T> amax(cast.propagate_nan);
  amax_of_tiles<T>(cast, tiles_per_row, aligned, amax);
  if (threadIdx.x == 0) shared_epoch = own_epoch;
  std::uint32_t bits = block_max<kFault>(amax.bits(), scratch);
  if (gridDim.x > 1 && kFault != Fault::kOwnAmax) {
    const std::uint32_t epoch = shared_epoch;
    if (threadIdx.x == 0) post(*exchange, epoch, bits);
    if (blockIdx.x != gridDim.x - 1) return;
    bits = gather<kFault>(*exchange, epoch);
    __syncthreads();  // scratch is free again
    bits = block_max<kFault>(bits, scratch);
    if (threadIdx.x == 0) end_epoch(*exchange, epoch);
  }
  if (threadIdx.x == 0) *cast.amax = __uint_as_float(bits);
}

template <class T, Fault kFault>
cudaError_t launch_amax_tiles(const TensorCast& cast, bool aligned, const Queue& queue) {
  const std::int64_t tiles_per_row = ceil_div(cast.cols, AmaxTile<T>::kElements);
  const std::int64_t most = std::min<std::int64_t>(
      Exchange::kMaxBlocks, queue.device->multiprocessors * AmaxTuning::kBlocksPerMultiprocessor);
  const auto blocks =
      static_cast<unsigned>(std::clamp<std::int64_t>(tiles_per_row * cast.rows, 1, most));
  return launch(amax_kernel<T, kFault>, {blocks, AmaxTuning::kThreads, queue.stream}, cast,
                queue.exchange, tiles_per_row, aligned);
}

/// Units can be loaded at every row's start.
template <class T>
bool input_is_aligned(const TensorCast& cast) {
  return is_aligned(cast.input, 16) && (cast.rows == 1 || cast.row_stride % Element<T>::kUnit == 0);
}

template <Fault kFault>
fp8oracle_status launch_amax(const ResolvedScheme& scheme, const fp8oracle_amax_args& args,
                             const Queue& queue, fp8oracle_message message) {
  TensorCast cast = tensor_cast(scheme, args.input, {}, {});
  cast.amax = pointer<float>(args.amax);
  cast.noop = pointer<const float>(args.noop);
  flatten(cast);
  const cudaError_t error = with_type(args.input.type, [&](auto type) {
    using T = typename decltype(type)::type;
    const bool aligned = input_is_aligned<T>(cast);
    return launch_amax_tiles<T, kFault>(cast, aligned, queue);
  });
  return status_of(error, "amax", message);
}

}  // namespace fp8oracle::cuda
