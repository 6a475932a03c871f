// SPDX-License-Identifier: Apache-2.0
#include "operations.h"
#include "swizzle_launch.cuh"

namespace fp8oracle::cuda {

fp8oracle_status swizzle(const fp8oracle_swizzle_args& args, cudaStream_t stream,
                         fp8oracle_message message) {
  return launch_swizzle<true>(args, stream, message);
}

fp8oracle_status unswizzle(const fp8oracle_swizzle_args& args, cudaStream_t stream,
                           fp8oracle_message message) {
  return launch_swizzle<false>(args, stream, message);
}

}  // namespace fp8oracle::cuda
