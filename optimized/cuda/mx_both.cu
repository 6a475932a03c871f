// SPDX-License-Identifier: Apache-2.0
#include "mx_launch.cuh"

namespace fp8oracle::cuda {

fp8oracle_status quantize_mx_both(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                                  fp8oracle_message message) {
  return prefers_narrow_tiles(cast)
             ? launch_tiles<MxBlocks::kRowsAndColumns, NarrowTiles>(cast, types, stream, message)
             : launch_tiles<MxBlocks::kRowsAndColumns, WideTiles>(cast, types, stream, message);
}

}  // namespace fp8oracle::cuda
