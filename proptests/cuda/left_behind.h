// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "around.h"

namespace fp8oracle::cuda_tests {

/// A host program that left a CUDA error where cudaGetLastError() finds it: a call of the backend
/// must neither take it for its own nor take it away (around.h).
class LeftBehind {
 public:
  explicit LeftBehind(Function) {
    (void)cudaSetDevice(-1);
    ++left;
  }
  ~LeftBehind() {
    if (cudaGetLastError() != cudaErrorInvalidDevice) ++lost;
  }
  LeftBehind(const LeftBehind&) = delete;
  LeftBehind& operator=(const LeftBehind&) = delete;

  inline static std::uint64_t left = 0;
  inline static std::uint64_t lost = 0;
};

}  // namespace fp8oracle::cuda_tests
