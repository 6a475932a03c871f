// SPDX-License-Identifier: Apache-2.0
#include "scale.cuh"

#include "operations.h"

namespace fp8oracle::cuda {

fp8oracle_status scale_from_amax(const ResolvedScheme& scheme,
                                 const fp8oracle_scale_from_amax_args& args, const Queue& queue,
                                 fp8oracle_message message) {
  return launch_scale_from_amax<Fault::kNone>(scheme, args, queue.stream, message);
}

fp8oracle_status scale_inverse(const ResolvedScheme& scheme,
                               const fp8oracle_scale_inverse_args& args, const Queue& queue,
                               fp8oracle_message message) {
  return launch_scale_inverse<Fault::kNone>(scheme, args, queue.stream, message);
}

}  // namespace fp8oracle::cuda
