// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include "status.h"

namespace fp8oracle::cuda {

/// Makes a device current for this thread while it lives, then the one again that was. Nothing
/// where it is current already. (Where the other one had no context yet, going back makes one.)
class OnDevice {
 public:
  explicit OnDevice(int device) {
    error_ = cudaGetDevice(&before_);
    if (error_ != cudaSuccess || before_ == device) return;
    error_ = cudaSetDevice(device);
    changed_ = error_ == cudaSuccess;
  }
  ~OnDevice() {
    if (changed_) forget(cudaSetDevice(before_));
  }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

  /// Whether the device is current, for status_of().
  cudaError_t error() const { return error_; }

 private:
  int before_ = 0;
  bool changed_ = false;
  cudaError_t error_ = cudaSuccess;
};

/// What `run()` says while the device is current; no exception leaves.
template <class Run>
fp8oracle_status run_on(int device, fp8oracle_message message, const Run& run) {
  return guarded(message, [&] {
    const OnDevice there(device);
    if (there.error() != cudaSuccess) return status_of(there.error(), "stream", message);
    return run();
  });
}

}  // namespace fp8oracle::cuda
