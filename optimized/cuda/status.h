// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include "fp8oracle/arguments.h"

namespace fp8oracle::cuda {

/// A CUDA error as a status and a message; the runtime forgets the error, so that the next call
/// does not report it again.
inline fp8oracle_status status_of(cudaError_t error, const char* what, fp8oracle_message message) {
  if (error == cudaSuccess) return FP8ORACLE_OK;
  (void)cudaGetLastError();
  const fp8oracle_status status =
      error == cudaErrorMemoryAllocation ? FP8ORACLE_OUT_OF_MEMORY : FP8ORACLE_DEVICE_ERROR;
  return report(
      status, std::string(what) + ": " + cudaGetErrorName(error) + ", " + cudaGetErrorString(error),
      message);
}

/// What the launch just made has to say.
inline fp8oracle_status launched(const char* kernel, fp8oracle_message message) {
  return status_of(cudaGetLastError(), kernel, message);
}

}  // namespace fp8oracle::cuda
