// SPDX-License-Identifier: Apache-2.0
#include "operations.h"
#include "quantize_transpose.cuh"

namespace fp8oracle::cuda {

fp8oracle_status quantize_tensor_transposed(const fp8oracle_quantize_args& args,
                                            cudaStream_t stream, fp8oracle_message message) {
  return quantize_both<Fault::kNone>(args, stream, message);
}

}  // namespace fp8oracle::cuda
