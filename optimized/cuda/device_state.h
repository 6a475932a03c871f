// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/backend.h"

namespace fp8oracle::cuda {

/// A device, looked at once.
struct DeviceState {
  fp8oracle_status refusal = FP8ORACLE_OK;  // what a call on it gives that cannot run
  std::string problem;                      // why; empty: kernels can run
  std::string name;                         // "NVIDIA H100 80GB HBM3, sm_90"
  int multiprocessors = 1;
  int shared_bytes_per_block = 0;  // what a block can have after opting in
};

/// The current device's, which lives as long as the process; that of a device that does not answer,
/// until the thread asks again.
const DeviceState& device_state();

}  // namespace fp8oracle::cuda
