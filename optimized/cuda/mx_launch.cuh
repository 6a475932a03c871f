// SPDX-License-Identifier: Apache-2.0
// Which MX kernel a cast gets, and its grid.
#pragma once

#include "cast_arguments.h"
#include "launch.cuh"
#include "mx_quantize.h"
#include "mx_rowwise.cuh"
#include "mx_tile_kernel.cuh"
#include "status.h"

namespace fp8oracle::cuda {

/// Lanes across, warps down, blocks of threads on a multiprocessor. Wide: long stretches, for large
/// tensors. Narrow: more and smaller tiles, for tensors that would not fill the device otherwise.
/// The numbers are those that neither spill nor leave less than half of the threads resident.
template <class T, MxBlocks kBlocks>
using WideTiles =
    MxTileShape<32, 8, sizeof(T) == 4 ? 3 : (kBlocks == MxBlocks::kRowsAndColumns ? 4 : 5)>;
template <class T, MxBlocks kBlocks>
using NarrowTiles = MxTileShape<8, 4, sizeof(T) == 4 ? 8 : 10>;

template <class T, class Format, MxBlocks kBlocks, class Shape, MxFault kFault>
cudaError_t launch_tiles_of(const MxCast& cast, cudaStream_t stream) {
  const std::int64_t tiles = ceil_div(cast.rows, kTileRows) * ceil_div(cast.cols, Shape::kCols);
  return launch(mx_tile_kernel<T, Format, kBlocks, Shape, kFault>,
                {static_cast<unsigned>(tiles), Shape::kThreads, stream}, cast);
}

template <MxBlocks kBlocks, template <class, MxBlocks> class Shape>
fp8oracle_status launch_tiles(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                              fp8oracle_message message) {
  const cudaError_t error =
      with_type_and_format(types.type, types.format, [&](auto type, auto format) {
        using T = typename decltype(type)::type;
        return launch_tiles_of<T, typename decltype(format)::type, kBlocks, Shape<T, kBlocks>,
                               MxFault::kNone>(cast, stream);
      });
  return status_of(error, "quantize, MX in tiles", message);
}

/// Wide tiles would leave multiprocessors without work.
inline bool prefers_narrow_tiles(const MxCast& cast) {
  constexpr std::int64_t kMultiprocessors = 132;
  const std::int64_t wide = ceil_div(cast.rows, kTileRows) * ceil_div(cast.cols, 256);
  return wide < 2 * kMultiprocessors;
}

/// kRows of the flat kernel: dense codes in whole blocks, every row's start aligned.
inline bool rows_are_flat(const MxCast& cast) { return cast.aligned && cast.cols % 32 == 0; }

/// Measured on an H100 (BF16 to E4M3): 8192 x 8192 in 68.5 us, 67.9 with four loads; 1024 x 1024 in
/// 1.64 us, 1.80 with four loads, 2.16 with one.
template <class T>
using RowBlocks = MxRowShape<2, 256, sizeof(T) == 4 ? 6 : 8>;

template <class T, class Format, class Shape, MxFault kFault>
cudaError_t launch_flat_rows_of(const MxCast& cast, cudaStream_t stream) {
  const std::int64_t eights = cast.rows * (cast.cols / kEight);
  const auto blocks = static_cast<unsigned>(ceil_div(eights, Shape::kEights));
  return launch(mx_rowwise_kernel<T, Format, Shape, kFault>, {blocks, Shape::kThreads, stream},
                cast);
}

inline fp8oracle_status launch_flat_rows(const MxCast& cast, const MxTypes& types,
                                         cudaStream_t stream, fp8oracle_message message) {
  const cudaError_t error =
      with_type_and_format(types.type, types.format, [&](auto type, auto format) {
        using T = typename decltype(type)::type;
        using Format = typename decltype(format)::type;
        return launch_flat_rows_of<T, Format, RowBlocks<T>, MxFault::kNone>(cast, stream);
      });
  return status_of(error, "quantize, MX rowwise", message);
}

}  // namespace fp8oracle::cuda
