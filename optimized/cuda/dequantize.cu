// SPDX-License-Identifier: Apache-2.0
#include "dequantize.cuh"

#include "cast_arguments.h"
#include "fp8oracle/layout.h"
#include "operations.h"
#include "status.h"

namespace fp8oracle::cuda {
namespace {

constexpr std::int64_t kSmallElements = std::int64_t{1} << 22;

DequantizeCall dequantize_call(const fp8oracle_dequantize_args& args) {
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
  return call;
}

/// Codes in the output's order, and no scale changes inside an eight.
bool is_flat(const DequantizeCall& call) {
  if (call.transposed || !is_aligned(call.output, 16) || !is_aligned(call.codes, kEight))
    return false;
  return call.scale_of == ScaleOf::kTensor ||
         (call.scale_of == ScaleOf::kRowBlock && call.cols % 32 == 0);
}

bool tiles_are_aligned(const DequantizeCall& call) {
  if (!is_aligned(call.output, 16) || call.cols % kEight != 0) return false;
  return call.transposed ? is_aligned(call.codes, 16) && call.rows % 16 == 0
                         : is_aligned(call.codes, kEight);
}

template <class T, class Format, bool kBlocks, int kLoads>
void launch_flat(const DequantizeCall& call, cudaStream_t stream) {
  const std::int64_t eights = ceil_div(call.rows * call.cols, kEight);
  const std::int64_t blocks = ceil_div(eights, DequantizeTuning::kThreads * kLoads);
  dequantize_flat_kernel<T, Format, kBlocks, kLoads>
      <<<static_cast<unsigned>(blocks), DequantizeTuning::kThreads, 0, stream>>>(call);
}

template <class T, class Format, bool kBlocks>
void launch_flat(const DequantizeCall& call, cudaStream_t stream) {
  if (call.rows * call.cols <= kSmallElements) {
    launch_flat<T, Format, kBlocks, 1>(call, stream);
  } else {
    launch_flat<T, Format, kBlocks, 4>(call, stream);
  }
}

template <class T, class Format>
void launch(const DequantizeCall& call, cudaStream_t stream) {
  using Tuning = DequantizeTuning;
  if (is_flat(call)) {
    if (call.scale_of == ScaleOf::kTensor) return launch_flat<T, Format, false>(call, stream);
    return launch_flat<T, Format, true>(call, stream);
  }
  const std::int64_t tiles =
      ceil_div(call.rows, Tuning::kRows) * ceil_div(call.cols, Tuning::kCols);
  dequantize_tile_kernel<T, Format>
      <<<static_cast<unsigned>(tiles), Tuning::kThreads, 0, stream>>>(call);
}

}  // namespace

fp8oracle_status dequantize(const fp8oracle_dequantize_args& args, cudaStream_t stream,
                            fp8oracle_message message) {
  DequantizeCall call = dequantize_call(args);
  if (call.rows == 0 || call.cols == 0) return FP8ORACLE_OK;
  call.aligned = tiles_are_aligned(call);
  with_type_and_format(args.output.type, args.scheme.format, [&](auto type, auto format) {
    launch<typename decltype(type)::type, typename decltype(format)::type>(call, stream);
  });
  return launched("dequantize", message);
}

}  // namespace fp8oracle::cuda
