// SPDX-License-Identifier: Apache-2.0
// Which MX kernel a cast gets, and its grid.
#pragma once

#include "cast_arguments.h"
#include "mx_quantize.h"
#include "mx_rowwise.cuh"
#include "mx_tile.cuh"
#include "status.h"

namespace fp8oracle::cuda {

/// Lanes across, warps down, blocks of threads on a multiprocessor. Wide: long stretches, for large
/// tensors. Narrow: more and smaller tiles, for tensors that would not fill the device otherwise.
/// The numbers are those that neither spill nor leave less than half of the threads resident.
template <class T, MxBlocks kBlocks>
using WideTiles =
    MxTileShape<32, 8, sizeof(T) == 4 ? 3 : (kBlocks == MxBlocks::kRowsAndColumns ? 4 : 5)>;
template <class T, MxBlocks kBlocks>
using NarrowTiles = MxTileShape<8, 8, sizeof(T) == 4 ? 4 : 5>;

template <class T, class Format, MxBlocks kBlocks, class Shape, MxFault kFault>
void launch_tiles_of(const MxCast& cast, cudaStream_t stream) {
  const std::int64_t tiles = ceil_div(cast.rows, kTileRows) * ceil_div(cast.cols, Shape::kCols);
  mx_tile_kernel<T, Format, kBlocks, Shape, kFault>
      <<<static_cast<unsigned>(tiles), Shape::kThreads, 0, stream>>>(cast);
}

template <MxBlocks kBlocks, template <class, MxBlocks> class Shape>
fp8oracle_status launch_tiles(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                              fp8oracle_message message) {
  with_type_and_format(types.type, types.format, [&](auto type, auto format) {
    using T = typename decltype(type)::type;
    launch_tiles_of<T, typename decltype(format)::type, kBlocks, Shape<T, kBlocks>, MxFault::kNone>(
        cast, stream);
  });
  return launched("quantize, MX in tiles", message);
}

/// Wide tiles would leave multiprocessors without work.
inline bool prefers_narrow_tiles(const MxCast& cast) {
  constexpr std::int64_t kMultiprocessors = 132;
  const std::int64_t wide = ceil_div(cast.rows, kTileRows) * ceil_div(cast.cols, 256);
  return wide < 2 * kMultiprocessors;
}

/// kRows of the flat kernel: dense codes in whole blocks, every row's start aligned.
inline bool rows_are_flat(const MxCast& cast) { return cast.aligned && cast.cols % 32 == 0; }

/// 48 registers for the 16-bit types: four loads in 60 registers take 72.0 us at 8192 x 8192, in 48
/// 70.6, two loads with all threads resident 71.2 (4096 x 4096: 20.0, 19.4, 19.2).
template <class T>
using LargeRowBlocks = MxRowShape<sizeof(T) == 4 ? 2 : 4, 256, sizeof(T) == 4 ? 6 : 5, true>;
template <class T>
using SmallRowBlocks = MxRowShape<1, 256, 8, true>;  // the whole input is in flight at once

template <class T, class Format, class Shape, MxFault kFault>
void launch_flat_rows_of(const MxCast& cast, cudaStream_t stream) {
  const std::int64_t eights = cast.rows * (cast.cols / kEight);
  mx_rowwise_kernel<T, Format, Shape, kFault>
      <<<static_cast<unsigned>(ceil_div(eights, Shape::kEights)), Shape::kThreads, 0, stream>>>(
          cast);
}

template <template <class> class Shape>
fp8oracle_status launch_flat_rows(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                                  fp8oracle_message message) {
  with_type_and_format(types.type, types.format, [&](auto type, auto format) {
    using T = typename decltype(type)::type;
    launch_flat_rows_of<T, typename decltype(format)::type, Shape<T>, MxFault::kNone>(cast, stream);
  });
  return launched("quantize, MX rowwise", message);
}

}  // namespace fp8oracle::cuda
