// SPDX-License-Identifier: Apache-2.0
#include "device_state.h"

#include <cuda_runtime_api.h>

#include "backend.h"
#include "per_device.h"
#include "status.h"

namespace fp8oracle::cuda {
namespace {

constexpr int kOldestMajor = 8;  // sm_80: BF16 arithmetic, redux, max.NaN

cudaError_t look(int device, DeviceState& state) {
  cudaDeviceProp properties{};
  const cudaError_t error = cudaGetDeviceProperties(&properties, device);
  if (error != cudaSuccess) return error;
  const std::string architecture =
      "sm_" + std::to_string(properties.major) + std::to_string(properties.minor);
  state.name = std::string(properties.name) + ", " + architecture;
  state.multiprocessors = properties.multiProcessorCount;
  state.shared_bytes_per_block = static_cast<int>(properties.sharedMemPerBlockOptin);
  if (properties.major < kOldestMajor) {
    state.refusal = FP8ORACLE_UNSUPPORTED;
    state.problem = "the device is " + architecture + ", the kernels need sm_80 or newer";
  }
  return cudaSuccess;
}

DeviceState without_answer(cudaError_t error) {
  const bool none = error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver;
  DeviceState state;
  state.refusal = none ? FP8ORACLE_UNSUPPORTED : FP8ORACLE_DEVICE_ERROR;
  state.problem = none ? "no CUDA device: " : "the CUDA device does not answer: ";
  state.problem += cudaGetErrorString(error);
  state.name = "no CUDA device";
  return state;
}

}  // namespace

const DeviceState& device_state() {
  static PerDevice<DeviceState> states;
  const DeviceState* state = nullptr;
  const cudaError_t error = states.get(state, look);
  if (error == cudaSuccess) return *state;
  forget(error);
  thread_local DeviceState unanswered;
  unanswered = without_answer(error);
  return unanswered;
}

std::string device_problem() { return device_state().problem; }

}  // namespace fp8oracle::cuda
