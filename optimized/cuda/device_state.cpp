// SPDX-License-Identifier: Apache-2.0
#include "device_state.h"

#include <cuda_runtime_api.h>

#include "backend.h"
#include "status.h"

namespace fp8oracle::cuda {
namespace {

constexpr int kOldestMajor = 8;  // sm_80: BF16 arithmetic, redux, max.NaN

DeviceState look() {
  DeviceState state;
  int count = 0;
  const cudaError_t counted = cudaGetDeviceCount(&count);
  if (counted != cudaSuccess || count == 0) {
    state.problem = "no CUDA device: ";
    state.problem += counted != cudaSuccess ? cudaGetErrorString(counted) : "none is present";
    forget(counted);
    state.name = "no CUDA device";
    return state;
  }
  int device = 0;
  cudaDeviceProp properties{};
  cudaError_t error = cudaGetDevice(&device);
  if (error == cudaSuccess) error = cudaGetDeviceProperties(&properties, device);
  if (error != cudaSuccess) {
    forget(error);
    state.problem = std::string("the CUDA device does not answer: ") + cudaGetErrorString(error);
    state.name = "no CUDA device";
    return state;
  }
  const std::string architecture =
      "sm_" + std::to_string(properties.major) + std::to_string(properties.minor);
  state.name = std::string(properties.name) + ", " + architecture;
  state.multiprocessors = properties.multiProcessorCount;
  state.shared_bytes_per_block = static_cast<int>(properties.sharedMemPerBlockOptin);
  if (properties.major < kOldestMajor) {
    state.problem = "the device is " + architecture + ", the kernels need sm_80 or newer";
  }
  return state;
}

}  // namespace

const DeviceState& device_state() {
  static const DeviceState state = look();
  return state;
}

std::string device_problem() { return device_state().problem; }

}  // namespace fp8oracle::cuda
