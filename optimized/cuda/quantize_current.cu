// SPDX-License-Identifier: Apache-2.0
#include "quantize_current.cuh"

#include "operations.h"

namespace fp8oracle::cuda {

fp8oracle_status quantize_current_rowwise(const ResolvedScheme& scheme,
                                          const fp8oracle_quantize_current_args& args,
                                          const Queue& queue, fp8oracle_message message) {
  return quantize_current_rows<Fault::kNone>(scheme, args, queue, message);
}

}  // namespace fp8oracle::cuda
