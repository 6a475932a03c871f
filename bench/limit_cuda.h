// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fp8oracle::bench {

/// A graph of kRecordedCalls copies over kRecordedSets buffer sets; replay(n) gives the
/// microseconds of n of them. Owns its memory.
struct CudaCopy {
  std::string name;
  std::function<double(int)> replay;
};

/// cudaMemcpyAsync and 16-byte copies with 1, 2, 4 and 8 loads in flight, of `bytes` each. Throws
/// BackendError.
std::vector<CudaCopy> cuda_copies(std::uint64_t bytes);

/// "13.0" of the driver's interface and of the toolkit; the driver's is empty without a driver.
std::string cuda_driver_interface();
std::string cuda_toolkit();

}  // namespace fp8oracle::bench
