// SPDX-License-Identifier: Apache-2.0
#include "mx_launch.cuh"

namespace fp8oracle::cuda {
namespace {

constexpr std::int64_t kSmallElements = std::int64_t{1} << 22;

}  // namespace

fp8oracle_status quantize_mx_rowwise(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                                     fp8oracle_message message) {
  if (!rows_are_flat(cast))
    return launch_tiles<MxBlocks::kRows, WideTiles>(cast, types, stream, message);
  return cast.rows * cast.cols <= kSmallElements
             ? launch_flat_rows<SmallRowBlocks>(cast, types, stream, message)
             : launch_flat_rows<LargeRowBlocks>(cast, types, stream, message);
}

}  // namespace fp8oracle::cuda
