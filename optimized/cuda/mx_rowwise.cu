// SPDX-License-Identifier: Apache-2.0
#include "mx_launch.cuh"

namespace fp8oracle::cuda {

fp8oracle_status quantize_mx_rowwise(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                                     fp8oracle_message message) {
  return rows_are_flat(cast)
             ? launch_flat_rows(cast, types, stream, message)
             : launch_tiles<MxBlocks::kRows, WideTiles>(cast, types, stream, message);
}

}  // namespace fp8oracle::cuda
