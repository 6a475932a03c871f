// SPDX-License-Identifier: Apache-2.0
// MX quantization of blocks of 32 along dense rows of whole blocks.
//
//   lanes  four lanes share a block, eight elements each; amax crosses them by two shuffles
//   warp   kLoads x 256 elements; one byte store a warp writes its 8 * kLoads scales
//   smem   none
//   bytes  an element read, 1 + 1/32 written
//   equal  bit for bit to quantize_mx of the reference [K16, K17, K30]
#pragma once

#include "device/begin_kernel.cuh"
#include "device/e8m0.cuh"
#include "device/eight.cuh"
#include "device/mx_fault.cuh"
#include "device/noop.cuh"
#include "mx_cast.h"

namespace fp8oracle::cuda {

/// kLoads eights a thread, kStep apart, so that each warp has one stretch of the input. kResident:
/// blocks on a multiprocessor at the least.
template <int kLoadsOf, int kThreadsOf, int kResidentOf>
struct MxRowShape {
  static constexpr int kLoads = kLoadsOf;
  static constexpr int kThreads = kThreadsOf;
  static constexpr int kResident = kResidentOf;
  static constexpr int kStep = 32;
  static constexpr int kEights = kLoads * kThreads;  // of a block of threads
  static constexpr int kLanesPerBlock = 4;
};

/// Offset of the n-th eight elements in the input.
__device__ __forceinline__ std::int64_t offset_of_eight(const MxCast& cast, std::int64_t n) {
  if (cast.row_stride == cast.cols) return n * kEight;
  const std::int64_t per_row = cast.cols / kEight;
  return n / per_row * cast.row_stride + n % per_row * kEight;
}

/// kLoads times eight elements a thread, `first` the first of them; all below `end` where kFull.
template <class T, class Format, class Shape, bool kFull, MxFault kFault>
__device__ __forceinline__ void quantize_row_blocks(const MxCast& cast, std::int64_t first,
                                                    std::int64_t end) {
  constexpr int kLanes = Shape::kLanesPerBlock, kLoads = Shape::kLoads, kStep = Shape::kStep;
  const auto* input = static_cast<const T*>(cast.input);
  Eight<T> x[kLoads];
#pragma unroll
  for (int u = 0; u < kLoads; ++u) {
    const std::int64_t n = first + u * kStep;
    x[u] = kFull || n < end ? Eight<T>::load(input + offset_of_eight(cast, n)) : Eight<T>::zero();
  }

  constexpr int kSharing = kFault == MxFault::kFewerLanes ? 2 : kLanes;
  const std::uint32_t floor = Word<T>::floor_of(cast.e8m0.nan_floor);
  const int mine = static_cast<int>(threadIdx.x) % kLanes;
  std::int32_t my_scale = 0;  // of the block that this lane stores
#pragma unroll
  for (int u = 0; u < kLoads; ++u) {
    const std::uint32_t amax = max_over_lanes<T>(x[u].magnitudes(floor).max_word(), 1, kSharing);
    const std::int32_t scale_inv = e8m0_code(cast.e8m0, Word<T>::fold(amax));
    if (mine == u) my_scale = scale_inv;
    float values[kEight];
    x[u].widen(values);
    const uint2 codes =
        encode_eight<Format>(values, widen_bf16(e8m0_reciprocal_bf16<kFault>(scale_inv)));
    const std::int64_t n = first + u * kStep;
    if (kFull || n < end) store_eight(cast.rowwise.codes + n * kEight, codes);
  }
  const std::int64_t n = first + mine * kStep;
  if (mine < kLoads && (kFull || n < end)) {
    cast.rowwise.scale_inv[cast.rowwise.layout.of_counted(n / kLanes)] =
        static_cast<std::uint8_t>(my_scale);
  }
}

template <class T, class Format, class Shape, MxFault kFault = MxFault::kNone>
__global__ void __launch_bounds__(Shape::kThreads, Shape::kResident)
    mx_rowwise_kernel(const __grid_constant__ MxCast cast) {
  begin_kernel();
  if (is_noop(cast.noop)) return;
  const std::int64_t end = cast.rows * (cast.cols / kEight);
  const std::int64_t of_block = std::int64_t{blockIdx.x} * Shape::kEights;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int of_warp = (static_cast<int>(threadIdx.x) - lane) * Shape::kLoads;
  const std::int64_t first = of_block + of_warp + lane;
  if (of_block + Shape::kEights <= end) {
    quantize_row_blocks<T, Format, Shape, true, kFault>(cast, first, end);
  } else {
    quantize_row_blocks<T, Format, Shape, false, kFault>(cast, first, end);
  }
  clear_padding(cast.rowwise.layout, cast.rowwise.scale_inv);
}

}  // namespace fp8oracle::cuda
