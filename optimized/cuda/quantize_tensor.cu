// SPDX-License-Identifier: Apache-2.0
#include "operations.h"
#include "quantize_tensor.cuh"

namespace fp8oracle::cuda {

fp8oracle_status quantize_tensor(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                                 const Queue& queue, fp8oracle_message message) {
  return quantize_rows<Fault::kNone>(scheme, args, queue.stream, message);
}

}  // namespace fp8oracle::cuda
