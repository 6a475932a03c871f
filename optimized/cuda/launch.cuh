// SPDX-License-Identifier: Apache-2.0
// How every kernel is launched.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "per_device.h"

namespace fp8oracle::cuda {

/// The kernel that a launch on the current device would run begins with begin_kernel()'s wait: it
/// was compiled for sm_90 or later. (Code for sm_80, translated for a newer device as it starts,
/// does not wait.)
inline cudaError_t find_whether_it_waits(const void* kernel, bool& waits) {
  constexpr int kFirstThatWaits = 90;
  cudaFuncAttributes attributes{};
  const cudaError_t error = cudaFuncGetAttributes(&attributes, kernel);
  waits = attributes.ptxVersion >= kFirstThatWaits;
  return error;
}

struct Launch {
  dim3 grid;
  unsigned threads = 1;
  cudaStream_t stream = nullptr;
  std::size_t shared_bytes = 0;
  bool together = false;  // cooperative: all blocks run at once or none
};

/// Enqueues; returns the launch's own error, for status_of() (status.h). Where the kernel waits by
/// itself, the launch may come before the one ahead of it has ended: the way to the
/// multiprocessors, about 1 us, is then no longer between the two. In a recording the edge between
/// them is a programmatic one.
template <class... Parameters, class... Args>
cudaError_t launch(void (*kernel)(Parameters...), const Launch& how, const Args&... args) {
  // Asked once a device for all kernels of these parameters: one build compiles all of them alike.
  static PerDevice<bool> known;
  const auto find = [kernel](int, bool& waits) {
    return find_whether_it_waits(reinterpret_cast<const void*>(kernel), waits);
  };
  const bool* early = nullptr;
  if (const cudaError_t error = known.get(early, find); error != cudaSuccess) return error;
  cudaLaunchAttribute attributes[2]{};
  unsigned count = 0;
  if (*early) {
    attributes[count].id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attributes[count++].val.programmaticStreamSerializationAllowed = 1;
  }
  if (how.together) {
    attributes[count].id = cudaLaunchAttributeCooperative;
    attributes[count++].val.cooperative = 1;
  }
  cudaLaunchConfig_t config{};
  config.gridDim = how.grid;
  config.blockDim = dim3(how.threads);
  config.dynamicSmemBytes = how.shared_bytes;
  config.stream = how.stream;
  config.attrs = attributes;
  config.numAttrs = count;
  return cudaLaunchKernelEx(&config, kernel, args...);
}

}  // namespace fp8oracle::cuda
