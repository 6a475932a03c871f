// SPDX-License-Identifier: Apache-2.0
// Which MX kernel a cast gets, and its grid.
#pragma once

#include "cast_arguments.h"
#include "mx_quantize.h"
#include "mx_rowwise.cuh"
#include "mx_tile.cuh"
#include "status.h"

namespace fp8oracle::cuda {

template <class T, class Format, MxBlocks kBlocks, int kAcross, MxFault kFault>
void launch_tiles_of(const MxCast& cast, cudaStream_t stream) {
  const std::int64_t tiles =
      ceil_div(cast.rows, MxTileTuning::kRows) * ceil_div(cast.cols, MxTile<T, kAcross>::kCols);
  mx_tile_kernel<T, Format, kBlocks, kAcross, kFault>
      <<<static_cast<unsigned>(tiles), MxTileTuning::kThreads, 0, stream>>>(cast);
}

template <MxBlocks kBlocks, int kAcross, MxFault kFault = MxFault::kNone>
fp8oracle_status launch_tiles(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                              fp8oracle_message message) {
  with_type_and_format(types.type, types.format, [&](auto type, auto format) {
    launch_tiles_of<typename decltype(type)::type, typename decltype(format)::type, kBlocks,
                    kAcross, kFault>(cast, stream);
  });
  return launched("quantize, MX in tiles", message);
}

/// Wide tiles would leave multiprocessors without work.
inline bool prefers_narrow_tiles(const MxCast& cast) {
  constexpr std::int64_t kMultiprocessors = 132;
  const std::int64_t wide =
      ceil_div(cast.rows, MxTileTuning::kRows) * ceil_div(cast.cols, MxTileTuning::kWide * kEight);
  return wide < 2 * kMultiprocessors;
}

/// kRows of the flat kernel: dense codes in whole blocks, every row's start aligned.
inline bool rows_are_flat(const MxCast& cast) { return cast.aligned && cast.cols % 32 == 0; }

template <class T, class Format, int kLoads, MxFault kFault>
void launch_flat_rows_of(const MxCast& cast, cudaStream_t stream) {
  const std::int64_t eights = cast.rows * (cast.cols / kEight);
  const std::int64_t blocks = ceil_div(eights, MxRowwiseTuning::kThreads * kLoads);
  mx_rowwise_kernel<T, Format, kLoads, kFault>
      <<<static_cast<unsigned>(blocks), MxRowwiseTuning::kThreads, 0, stream>>>(cast);
}

template <int kLoads, MxFault kFault = MxFault::kNone>
fp8oracle_status launch_flat_rows(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                                  fp8oracle_message message) {
  with_type_and_format(types.type, types.format, [&](auto type, auto format) {
    launch_flat_rows_of<typename decltype(type)::type, typename decltype(format)::type, kLoads,
                        kFault>(cast, stream);
  });
  return launched("quantize, MX rowwise", message);
}

}  // namespace fp8oracle::cuda
