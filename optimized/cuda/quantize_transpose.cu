// SPDX-License-Identifier: Apache-2.0
#include "operations.h"
#include "quantize_transpose.cuh"

namespace fp8oracle::cuda {

fp8oracle_status quantize_tensor_transposed(const ResolvedScheme& scheme,
                                            const fp8oracle_quantize_args& args, const Queue& queue,
                                            fp8oracle_message message) {
  return quantize_both<Fault::kNone>(scheme, args, queue.stream, message);
}

}  // namespace fp8oracle::cuda
