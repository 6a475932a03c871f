// SPDX-License-Identifier: Apache-2.0
#include "mx_quantize.h"
#include "operations.h"

namespace fp8oracle::cuda {

fp8oracle_status quantize_mx(const fp8oracle_quantize_args& args, cudaStream_t stream,
                             fp8oracle_message message) {
  const MxCast cast = mx_cast(args);
  if (is_empty(cast)) return FP8ORACLE_OK;
  const MxTypes types{args.input.type, args.scheme.format};
  if (args.scheme.granularity == FP8ORACLE_GRANULARITY_MX32X32)
    return quantize_mx_squares(cast, types, stream, message);
  switch (args.scheme.directions) {
    case FP8ORACLE_ROWWISE: return quantize_mx_rowwise(cast, types, stream, message);
    case FP8ORACLE_COLUMNWISE: return quantize_mx_columnwise(cast, types, stream, message);
    default: return quantize_mx_both(cast, types, stream, message);
  }
}

}  // namespace fp8oracle::cuda
