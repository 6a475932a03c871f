// SPDX-License-Identifier: Apache-2.0
#include "mx_quantize.h"
#include "operations.h"

namespace fp8oracle::cuda {

fp8oracle_status quantize_mx(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                             const Queue& queue, fp8oracle_message message) {
  const MxCast cast = mx_cast(scheme, args);
  if (is_empty(cast)) return FP8ORACLE_OK;
  const MxTypes types{args.input.type, scheme.format};
  if (scheme.grid == kMx32x32Grid) return quantize_mx_squares(cast, types, queue.stream, message);
  switch (scheme.directions) {
    case FP8ORACLE_ROWWISE: return quantize_mx_rowwise(cast, types, queue.stream, message);
    case FP8ORACLE_COLUMNWISE: return quantize_mx_columnwise(cast, types, queue.stream, message);
    default: return quantize_mx_both(cast, types, queue.stream, message);
  }
}

}  // namespace fp8oracle::cuda
