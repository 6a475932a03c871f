// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <utility>

namespace fp8oracle::cuda {

/// What is the same on a device for as long as the process lives, and may differ on another one:
/// found out when it is first asked for on each. What could not be found out is not kept.
template <class Value>
class PerDevice {
 public:
  /// The current device's. `find(device, value)` says a CUDA error.
  template <class Find>
  cudaError_t get(const Value*& value, const Find& find) {
    int device = 0;
    if (const cudaError_t error = cudaGetDevice(&device); error != cudaSuccess) return error;
    if (device < 0 || device >= kMostDevices) return cudaErrorInvalidDevice;
    std::atomic<const Value*>& known = known_[static_cast<std::size_t>(device)];
    value = known.load(std::memory_order_acquire);
    if (value != nullptr) return cudaSuccess;
    Value found{};
    if (const cudaError_t error = find(device, found); error != cudaSuccess) return error;
    const std::lock_guard lock(mutex_);
    value = known.load(std::memory_order_relaxed);
    if (value != nullptr) return cudaSuccess;  // another thread was faster
    value = &kept_.emplace_back(std::move(found));
    known.store(value, std::memory_order_release);
    return cudaSuccess;
  }

 private:
  static constexpr int kMostDevices = 64;  // of a host
  std::array<std::atomic<const Value*>, kMostDevices> known_{};
  std::mutex mutex_;
  std::deque<Value> kept_;
};

}  // namespace fp8oracle::cuda
