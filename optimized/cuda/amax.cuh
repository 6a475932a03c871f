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
#include "device/exchange.cuh"
#include "device_state.h"
#include "queue.h"
#include "status.h"

namespace fp8oracle::cuda {

struct AmaxTuning {
  static constexpr int kThreads = 256;
  static constexpr int kUnits = 4;
  static constexpr int kBlocksPerMultiprocessor = 8;
};

/// One thread's maximum over a part of a row that is not a whole tile.
template <class T, int kThreads>
__device__ __forceinline__ void amax_of_partial_tile(const T* input, std::int64_t count,
                                                     bool aligned, Amax<T>& amax) {
  constexpr int kUnit = Element<T>::kUnit;
  const std::int64_t whole = aligned ? count / kUnit * kUnit : 0;
  for (std::int64_t i = threadIdx.x * kUnit; i < whole; i += kThreads * kUnit)
    amax.add(load_unit_streaming(input + i));
  for (std::int64_t i = whole + threadIdx.x; i < count; i += kThreads)
    amax.add(Element<T>::widen(input[i]));
}

template <class T, int kThreads, int kUnits>
__device__ __forceinline__ void amax_of_tile(const T* input, std::int64_t count, bool aligned,
                                             Amax<T>& amax) {
  constexpr int kUnit = Element<T>::kUnit;
  if (!aligned || count != std::int64_t{kThreads} * kUnits * kUnit)
    return amax_of_partial_tile<T, kThreads>(input, count, aligned, amax);
  Unit units[kUnits];
#pragma unroll
  for (int i = 0; i < kUnits; ++i)
    units[i] = load_unit_streaming(input + (i * kThreads + threadIdx.x) * kUnit);
#pragma unroll
  for (int i = 0; i < kUnits; ++i) amax.add(units[i]);
}

template <class T, int kUnits, Fault kFault>
__global__ void __launch_bounds__(AmaxTuning::kThreads, AmaxTuning::kBlocksPerMultiprocessor)
    amax_kernel(const __grid_constant__ TensorCast cast, Exchange* exchange,
                std::int64_t tiles_per_row, bool aligned) {
  __shared__ std::uint32_t scratch[AmaxTuning::kThreads / 32];
  __shared__ std::uint32_t shared_epoch;
  constexpr std::int64_t kTile = AmaxTuning::kThreads * kUnits * Element<T>::kUnit;
  if (is_noop(cast.noop)) return;
  // In a register until the input's loads are on their way: a store to shared memory would wait.
  const std::uint32_t own_epoch = threadIdx.x == 0 ? this_epoch(*exchange) : 0u;
  Amax<T> amax(cast.propagate_nan);
  for (std::int64_t i = blockIdx.x; i < tiles_per_row * cast.rows; i += gridDim.x) {
    const std::int64_t row = cast.rows == 1 ? 0 : i / tiles_per_row;
    const std::int64_t begin = (i - row * tiles_per_row) * kTile;
    amax_of_tile<T, AmaxTuning::kThreads, kUnits>(
        static_cast<const T*>(cast.input) + row * cast.row_stride + begin,
        min(kTile, cast.cols - begin), aligned, amax);
  }
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

template <class T, int kUnits, Fault kFault>
void launch_amax_tiles(const TensorCast& cast, bool aligned, const Queue& queue) {
  constexpr std::int64_t kTile = AmaxTuning::kThreads * kUnits * Element<T>::kUnit;
  const std::int64_t tiles_per_row = ceil_div(cast.cols, kTile);
  const std::int64_t most = std::min<std::int64_t>(
      Exchange::kMaxBlocks, device_state().multiprocessors * AmaxTuning::kBlocksPerMultiprocessor);
  const auto blocks =
      static_cast<unsigned>(std::clamp<std::int64_t>(tiles_per_row * cast.rows, 1, most));
  amax_kernel<T, kUnits, kFault><<<blocks, AmaxTuning::kThreads, 0, queue.stream>>>(
      cast, queue.exchange, tiles_per_row, aligned);
}

/// Units can be loaded at every row's start.
template <class T>
bool input_is_aligned(const TensorCast& cast) {
  return is_aligned(cast.input, 16) && (cast.rows == 1 || cast.row_stride % Element<T>::kUnit == 0);
}

template <Fault kFault>
fp8oracle_status launch_amax(const fp8oracle_amax_args& args, const Queue& queue,
                             fp8oracle_message message) {
  TensorCast cast = tensor_cast(args.scheme, args.input, {}, {});
  cast.amax = pointer<float>(args.amax);
  cast.noop = pointer<const float>(args.noop);
  flatten(cast);
  with_type(args.input.type, [&](auto type) {
    using T = typename decltype(type)::type;
    const bool aligned = input_is_aligned<T>(cast);
    const std::int64_t units = cast.rows * cast.cols / Element<T>::kUnit;
    // One block a multiprocessor at most: the last block reads one word a thread.
    if (units <= std::int64_t{device_state().multiprocessors} * AmaxTuning::kThreads) {
      launch_amax_tiles<T, 1, kFault>(cast, aligned, queue);
    } else {
      launch_amax_tiles<T, AmaxTuning::kUnits, kFault>(cast, aligned, queue);
    }
  });
  return launched("amax", message);
}

}  // namespace fp8oracle::cuda
