// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <exception>
#include <new>
#include <string>

#include "fp8oracle/operations/arguments.h"

namespace fp8oracle::cuda {

/// Lets the runtime forget an error that a call of ours returned: the host program shall not find
/// it in cudaGetLastError(). After a call that was good nothing is forgotten: what stands there is
/// the host program's own. (A call that fails overwrites it; that cannot be undone.) An error that
/// breaks the context comes back with every later call, forgotten or not.
inline void forget(cudaError_t error) {
  if (error != cudaSuccess) (void)cudaGetLastError();
}

/// What a call of ours returned, as a status and a message, and forgotten. Only return values are
/// looked at, never cudaGetLastError(): that may be an older error of somebody else.
inline fp8oracle_status status_of(cudaError_t error, const char* what, fp8oracle_message message) {
  if (error == cudaSuccess) return FP8ORACLE_OK;
  forget(error);
  const fp8oracle_status status =
      error == cudaErrorMemoryAllocation ? FP8ORACLE_OUT_OF_MEMORY : FP8ORACLE_DEVICE_ERROR;
  return report(
      status, std::string(what) + ": " + cudaGetErrorName(error) + ", " + cudaGetErrorString(error),
      message);
}

/// What `run()` says; no exception leaves.
template <class Run>
fp8oracle_status guarded(fp8oracle_message message, const Run& run) try {
  return run();
} catch (const std::bad_alloc&) {
  return report(FP8ORACLE_OUT_OF_MEMORY, "no host memory", message);
} catch (const std::exception& error) {
  return report(FP8ORACLE_INTERNAL_ERROR, error.what(), message);
}

}  // namespace fp8oracle::cuda
