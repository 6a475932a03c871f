// SPDX-License-Identifier: Apache-2.0
// The first statement of every kernel, the device's half of ../launch.cuh.
#pragma once

#include <cuda_device_runtime_api.h>

#include "fault.cuh"

namespace fp8oracle::cuda {

/// From sm_90 on, a launch may begin while the one before it in the stream still runs (programmatic
/// dependent launch): its blocks come to their multiprocessors early and wait here, until that
/// launch has ended and what it wrote can be seen. No memory may be touched before, prefetch()
/// apart.
///
/// Then the next launch may come as early in turn. Not before the wait: blocks that come two
/// launches ahead gather where room is and leave other multiprocessors without work (quantize of
/// 1024 x 1024 on an H100: 1.7 us, 2.3 with the two the other way round).
///
/// Memory changes while a kernel waits, so no kernel may load it as constant (ld.global.nc, __ldg).
template <Fault kFault = Fault::kNone>
__device__ __forceinline__ void begin_kernel() {
#if __CUDA_ARCH__ >= 900
  if constexpr (kFault != Fault::kNotAwaited) cudaGridDependencySynchronize();
  cudaTriggerProgrammaticLaunchCompletion();
#endif
}

}  // namespace fp8oracle::cuda
