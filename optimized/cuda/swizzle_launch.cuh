// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cast_arguments.h"
#include "fp8oracle/resolved_scheme.h"
#include "launch.cuh"
#include "status.h"
#include "swizzle.cuh"

namespace fp8oracle::cuda {

inline SwizzleCall swizzle_call(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args,
                                bool to_swizzled) {
  const auto direction = static_cast<fp8oracle_direction>(scheme.directions);
  ResolvedScheme swizzled = scheme;
  swizzled.layout = FP8ORACLE_LAYOUT_SWIZZLED;
  SwizzleCall call{};
  call.plain = scale_layout(scheme, direction, args.rows, args.cols);
  call.swizzled = scale_layout(swizzled, direction, args.rows, args.cols);
  call.input = pointer<const std::uint8_t>(args.input);
  call.output = pointer<std::uint8_t>(args.output);
  const void* const plain_side = to_swizzled ? args.input.data : args.output.data;
  const void* const swizzled_side = to_swizzled ? args.output.data : args.input.data;
  call.words =
      call.plain.block_pitch == 1 && call.plain.line_pitch % 4 == 0 && is_aligned(plain_side, 4);
  call.quads = call.words && call.plain.line_pitch % 16 == 0 && is_aligned(plain_side, 16);
  call.chunks = is_aligned(swizzled_side, 16);
  const std::int64_t groups = ceil_div(call.swizzled.tiles_across, SwizzleTuning::kTiles);
  if (call.plain.block_pitch == 1) {
    while (call.across < SwizzleTuning::kAcross && (std::int64_t{1} << call.across) < groups)
      ++call.across;
  }
  call.parts = static_cast<unsigned>(ceil_div(groups, std::int64_t{1} << call.across));
  return call;
}

template <bool kToSwizzled, MxFault kFault = MxFault::kNone>
fp8oracle_status launch_swizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args,
                                cudaStream_t stream, fp8oracle_message message) {
  const SwizzleCall call = swizzle_call(scheme, args, kToSwizzled);
  if (call.swizzled.bytes() == 0) return FP8ORACLE_OK;
  const std::int64_t threads = (call.swizzled.padded_lines / 128 * call.parts * 32) << call.across;
  const auto blocks = static_cast<unsigned>(ceil_div(threads, SwizzleTuning::kThreads));
  const cudaError_t error =
      launch(swizzle_kernel<kToSwizzled, kFault>, {blocks, SwizzleTuning::kThreads, stream}, call);
  return status_of(error, kToSwizzled ? "swizzle" : "unswizzle", message);
}

}  // namespace fp8oracle::cuda
