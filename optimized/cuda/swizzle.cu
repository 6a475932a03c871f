// SPDX-License-Identifier: Apache-2.0
#include "operations.h"
#include "swizzle_launch.cuh"

namespace fp8oracle::cuda {

fp8oracle_status swizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args,
                         const Queue& queue, fp8oracle_message message) {
  return launch_swizzle<true>(scheme, args, queue.stream, message);
}

fp8oracle_status unswizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args,
                           const Queue& queue, fp8oracle_message message) {
  return launch_swizzle<false>(scheme, args, queue.stream, message);
}

}  // namespace fp8oracle::cuda
