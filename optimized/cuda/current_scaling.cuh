// SPDX-License-Identifier: Apache-2.0
// What both kernels of current scaling do between their two looks at the input.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cast_arguments.h"
#include "device/begin_kernel.cuh"
#include "device/exchange.cuh"
#include "device/scale.cuh"
#include "device_state.h"
#include "fp8oracle/resolved_scheme.h"
#include "launch.cuh"
#include "queue.h"
#include "scale_rule.h"
#include "status.h"

namespace fp8oracle::cuda {

/// A cast that finds its own scale: cast.scale and cast.amax stay null.
struct CurrentCast {
  TensorCast cast;
  ScaleRule rule;
  float* amax = nullptr;   // overwritten
  float* scale = nullptr;  // overwritten; read first where the rule keeps it
  Exchange* exchange = nullptr;
};

/// One block's memory for the exchange.
template <int kThreads>
struct CurrentShared {
  std::uint32_t scratch[kThreads / 32];
  std::uint32_t epoch;
  float scale;
};

/// What thread 0 asks for before the first read; its post depends on it. In registers until the
/// input's loads are on their way: a store to shared memory would wait.
struct CurrentStart {
  std::uint32_t epoch = 0;
  float previous = 1.0f;
};
__device__ __forceinline__ CurrentStart begin_current(const CurrentCast& current) {
  CurrentStart start;
  if (threadIdx.x != 0) return start;
  start.epoch = this_epoch(*current.exchange);
  if (current.rule.of_bad_amax == FP8ORACLE_BAD_AMAX_KEEP && current.scale != nullptr) {
    start.previous = *current.scale;
    __threadfence();  // read by every block before any can see all posts and write it
  }
  return start;
}

/// Between the reads: the scale of all blocks' maximum, which every block computes for itself. The
/// first block writes the scalars.
template <Fault kFault, int kThreads>
__device__ __forceinline__ float exchange_scale(const CurrentCast& current,
                                                const CurrentStart& start, std::uint32_t bits,
                                                CurrentShared<kThreads>& shared) {
  if (threadIdx.x == 0) shared.epoch = start.epoch;
  bits = block_max<kFault>(bits, shared.scratch);
  if (gridDim.x > 1 && kFault != Fault::kOwnAmax) {
    if (threadIdx.x == 0) post(*current.exchange, start.epoch, bits);
    __syncthreads();  // epoch is there for all, scratch is free again
    bits = block_max<kFault>(gather<kFault>(*current.exchange, shared.epoch), shared.scratch);
  }
  if (threadIdx.x == 0) {
    const float amax = __uint_as_float(bits);
    const float scale = scale_of_amax(amax, current.rule, start.previous);
    shared.scale = kFault == Fault::kPreviousScale ? start.previous : scale;
    if (blockIdx.x == 0) {
      if (gridDim.x > 1) end_epoch(*current.exchange, shared.epoch);
      if (current.amax != nullptr) *current.amax = amax;
      if (current.scale != nullptr) *current.scale = scale;
      if (current.cast.scale_inv != nullptr)
        *current.cast.scale_inv = scale_inverse_of<kFault>(scale, current.cast.flush_scale_inv);
    }
  }
  __syncthreads();
  return shared.scale;
}

inline CurrentCast current_cast(const ResolvedScheme& scheme,
                                const fp8oracle_quantize_current_args& args, const Queue& queue) {
  CurrentCast current;
  current.cast = tensor_cast(scheme, args.input, args.rowwise, args.columnwise);
  current.cast.noop = pointer<const float>(args.noop);
  current.rule = scale_rule(scheme, args.input.type, args.pow2, args.eps);
  current.amax = pointer<float>(args.amax);
  current.scale = pointer<float>(args.scale);
  current.exchange = queue.exchange;
  return current;
}

/// Blocks of `kernel` that the current device, `device`, holds at once; lets them have their shared
/// memory.
template <class Kernel>
cudaError_t find_resident_blocks(const DeviceState& device, Kernel kernel, int threads,
                                 std::size_t shared_bytes, int& blocks) {
  int per_multiprocessor = 0;
  cudaError_t error = cudaSuccess;
  if (shared_bytes > 0) {
    error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                 static_cast<int>(shared_bytes));
  }
  if (error == cudaSuccess) {
    error = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_multiprocessor, kernel, threads,
                                                          shared_bytes);
  }
  blocks = std::clamp(per_multiprocessor * device.multiprocessors, 1,
                      static_cast<int>(Exchange::kMaxBlocks));
  return error;
}

}  // namespace fp8oracle::cuda
