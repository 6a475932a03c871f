// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fp8oracle::cuda {

/// The device of this process, looked at once.
struct DeviceState {
  std::string problem;  // empty: kernels can run
  std::string name;     // "NVIDIA H100 80GB HBM3, sm_90"
  int multiprocessors = 1;
  int shared_bytes_per_block = 0;  // what a block can have after opting in
};

const DeviceState& device_state();

}  // namespace fp8oracle::cuda
