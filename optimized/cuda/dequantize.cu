// SPDX-License-Identifier: Apache-2.0
#include "dequantize_launch.cuh"
#include "operations.h"
#include "status.h"

namespace fp8oracle::cuda {

fp8oracle_status dequantize(const ResolvedScheme& scheme, const fp8oracle_dequantize_args& args,
                            const Queue& queue, fp8oracle_message message) {
  const DequantizeCall call = dequantize_call(scheme, args);
  if (call.rows == 0 || call.cols == 0) return FP8ORACLE_OK;
  const cudaError_t error =
      with_type_and_format(args.output.type, scheme.format, [&](auto type, auto format) {
        return launch_dequantize<typename decltype(type)::type, typename decltype(format)::type>(
            call, queue.stream);
      });
  return status_of(error, "dequantize", message);
}

}  // namespace fp8oracle::cuda
