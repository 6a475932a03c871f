// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// The CUDA runtime's functions that the backend calls, without a device: what the host side does
/// can then be tested on every machine that has a toolkit. Kernels do not run and bytes are not
/// moved; what is checked is what a call hands over and what it makes of an error.
///
///   device 0   132 multiprocessors, 227 KiB a block, code for sm_90
///   device 1   46 multiprocessors, 99 KiB a block, code for sm_80: what fits device 0 is refused
namespace fp8oracle::cuda_tests::fake {

struct Launch {
  int device;
  unsigned blocks;
  std::size_t shared_bytes;
  bool early;     // programmatic stream serialization
  bool together;  // cooperative
};

/// No error, device 0 is current, no call was made. What is allocated stays.
void reset();
/// Calls that were made since.
std::uint64_t calls();
/// The call with this number (the first is 0) returns `error`, and does nothing.
void fail_at(std::uint64_t call, cudaError_t error);
/// From the call with this number on all of them return cudaErrorIllegalAddress, as after a kernel
/// that read at one.
void break_at(std::uint64_t call);
/// The function that was the first to fail for one of the two, or empty.
const std::string& failed();
/// Launches since reset().
const std::vector<Launch>& launches();

}  // namespace fp8oracle::cuda_tests::fake
