// SPDX-License-Identifier: Apache-2.0
#include "scale.cuh"

#include "operations.h"

namespace fp8oracle::cuda {

fp8oracle_status scale_from_amax(const fp8oracle_scale_from_amax_args& args, cudaStream_t stream,
                                 fp8oracle_message message) {
  return launch_scale_from_amax<Fault::kNone>(args, stream, message);
}

fp8oracle_status scale_inverse(const fp8oracle_scale_inverse_args& args, cudaStream_t stream,
                               fp8oracle_message message) {
  return launch_scale_inverse<Fault::kNone>(args, stream, message);
}

}  // namespace fp8oracle::cuda
