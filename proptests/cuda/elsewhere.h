// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "around.h"

namespace fp8oracle::cuda_tests {

/// A host program with two devices (around.h). Its streams are made on one and the other in turn,
/// and the memory on the device of the newest stream; every second one of the other calls is made
/// while the other device is current, and must leave it so.
class Elsewhere {
 public:
  explicit Elsewhere(Function function) {
    if (function == Function::kStreamCreate) home = 1 - home;
    const bool away = function == Function::kOther && calls++ % 2 == 0;
    here_ = away ? 1 - home : home;
    (void)cudaSetDevice(here_);
  }
  ~Elsewhere() {
    int now = -1;
    if (cudaGetDevice(&now) != cudaSuccess || now != here_) ++moved;
  }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

  inline static int home = 0;
  inline static std::uint64_t calls = 0;
  inline static std::uint64_t moved = 0;  // calls that left another device current

 private:
  int here_ = 0;
};

}  // namespace fp8oracle::cuda_tests
