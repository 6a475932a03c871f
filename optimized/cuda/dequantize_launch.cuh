// SPDX-License-Identifier: Apache-2.0
// Which dequantize kernel a call gets, and its grid.
#pragma once

#include "cast_arguments.h"
#include "dequantize.cuh"
#include "fp8oracle/layout.h"

namespace fp8oracle::cuda {

/// Up to here all of the output is in flight at once, one eight a thread.
inline constexpr std::int64_t kSmallDequantize = std::int64_t{1} << 22;

/// The eights of a tile can be moved whole.
inline bool tiles_are_aligned(const DequantizeCall& call) {
  if (!is_aligned(call.output, 16) || call.cols % kEight != 0) return false;
  return call.transposed ? is_aligned(call.codes, 16) && call.rows % 16 == 0
                         : is_aligned(call.codes, kEight);
}

inline DequantizeCall dequantize_call(const fp8oracle_dequantize_args& args) {
  const auto direction = static_cast<fp8oracle_direction>(args.scheme.directions);
  DequantizeCall call{};
  call.codes = pointer<const std::uint8_t>(args.pair.codes);
  call.output = args.output.data.data;
  call.rows = args.output.rows;
  call.cols = args.output.cols;
  call.transposed = codes_shape(args.scheme, direction, call.rows, call.cols).transposed;
  if (args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR) {
    call.tensor_scale_inv = pointer<const float>(args.pair.scale_inv);
    call.scale_of = ScaleOf::kTensor;
  } else {
    call.block_scale_inv = pointer<const std::uint8_t>(args.pair.scale_inv);
    call.layout = scale_layout(args.scheme, direction, call.rows, call.cols);
    call.scale_of = direction == FP8ORACLE_ROWWISE ? ScaleOf::kRowBlock : ScaleOf::kColumnBlock;
  }
  call.aligned = tiles_are_aligned(call);
  return call;
}

/// Codes in the output's order, and no scale changes inside an eight.
inline bool is_flat(const DequantizeCall& call) {
  if (call.transposed || !is_aligned(call.output, 16) || !is_aligned(call.codes, kEight))
    return false;
  return call.scale_of == ScaleOf::kTensor ||
         (call.scale_of == ScaleOf::kRowBlock && call.cols % 32 == 0);
}

template <class T, class Format, bool kBlocks, int kLoads, MxFault kFault>
void launch_flat_loads(const DequantizeCall& call, cudaStream_t stream) {
  const std::int64_t eights = ceil_div(call.rows * call.cols, kEight);
  const std::int64_t blocks = ceil_div(eights, DequantizeTuning::kThreads * kLoads);
  dequantize_flat_kernel<T, Format, kBlocks, kLoads, kFault>
      <<<static_cast<unsigned>(blocks), DequantizeTuning::kThreads, 0, stream>>>(call);
}

template <class T, class Format, bool kBlocks, MxFault kFault>
void launch_flat(const DequantizeCall& call, cudaStream_t stream) {
  if (call.rows * call.cols <= kSmallDequantize) {
    launch_flat_loads<T, Format, kBlocks, 1, kFault>(call, stream);
  } else {
    launch_flat_loads<T, Format, kBlocks, 4, kFault>(call, stream);
  }
}

template <class T, class Format, MxFault kFault = MxFault::kNone>
void launch_dequantize(const DequantizeCall& call, cudaStream_t stream) {
  using Tuning = DequantizeTuning;
  if (is_flat(call)) {
    if (call.scale_of == ScaleOf::kTensor)
      return launch_flat<T, Format, false, kFault>(call, stream);
    return launch_flat<T, Format, true, kFault>(call, stream);
  }
  const std::int64_t tiles =
      ceil_div(call.rows, Tuning::kRows) * ceil_div(call.cols, Tuning::kCols);
  dequantize_tile_kernel<T, Format, kFault>
      <<<static_cast<unsigned>(tiles), Tuning::kThreads, 0, stream>>>(call);
}

}  // namespace fp8oracle::cuda
