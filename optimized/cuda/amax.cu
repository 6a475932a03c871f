// SPDX-License-Identifier: Apache-2.0
#include "amax.cuh"

#include "operations.h"

namespace fp8oracle::cuda {

fp8oracle_status amax(const ResolvedScheme& scheme, const fp8oracle_amax_args& args,
                      const Queue& queue, fp8oracle_message message) {
  return launch_amax<Fault::kNone>(scheme, args, queue, message);
}

}  // namespace fp8oracle::cuda
