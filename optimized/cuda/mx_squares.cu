// SPDX-License-Identifier: Apache-2.0
#include "mx_launch.cuh"

namespace fp8oracle::cuda {

fp8oracle_status quantize_mx_squares(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                                     fp8oracle_message message) {
  return launch_tiles<MxBlocks::kSquares, WideTiles>(cast, types, stream, message);
}

}  // namespace fp8oracle::cuda
