// SPDX-License-Identifier: Apache-2.0
// Codes with a scale_inv that is given and only read: per tensor and MX, both directions, every
// layout, any alignment. One launch a direction.
//
//   a thread takes four neighbours of a row; codes are stored one by one
//   equal  bit for bit to quantize_given of the reference
#include "cast_arguments.h"
#include "device/begin_kernel.cuh"
#include "device/e8m0.cuh"
#include "device/encode.cuh"
#include "device/noop.cuh"
#include "device/scale_layout.cuh"
#include "device/vector.cuh"
#include "fp8oracle/layout.h"
#include "launch.cuh"
#include "operations.h"
#include "status.h"

namespace fp8oracle::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kNeighbours = 4;

struct GivenCall {
  const void* input;
  std::int64_t rows, cols, row_stride;
  std::uint8_t* codes;
  const float* tensor_scale_inv;  // null: E8M0 blocks
  const std::uint8_t* block_scale_inv;
  ScaleLayout layout;
  const float* noop;
  bool rowwise;
  bool transposed;  // codes are [cols, rows]
};

/// What the element is multiplied with: RN(1 / scale_inv), exact in blocks; NaN for a NaN.
__device__ __forceinline__ float factor_of(const GivenCall& call, std::int64_t row,
                                           std::int64_t col) {
  if (call.tensor_scale_inv != nullptr) return __frcp_rn(*call.tensor_scale_inv);
  const std::int64_t line = call.rowwise ? row : col, along = call.rowwise ? col : row;
  const std::uint8_t code = call.block_scale_inv[call.layout.index(line, along / 32)];
  return widen_bf16(e8m0_reciprocal_bf16<MxFault::kNone>(code));
}

template <class T, class Format>
__global__ void __launch_bounds__(kThreads)
    quantize_given_kernel(const __grid_constant__ GivenCall call) {
  begin_kernel();
  if (is_noop(call.noop)) return;
  const std::int64_t across = (call.cols + kNeighbours - 1) / kNeighbours;
  const std::int64_t n = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::int64_t row = n / across, first = n % across * kNeighbours;
  if (row >= call.rows) return;
  const T* const from = static_cast<const T*>(call.input) + row * call.row_stride;
  for (std::int64_t col = first; col < first + kNeighbours && col < call.cols; ++col) {
    const float x = Element<T>::widen(from[col]);
    const float product = __fmul_rn(x, factor_of(call, row, col));
    const std::int64_t at = call.transposed ? col * call.rows + row : row * call.cols + col;
    call.codes[at] = encode1<Format>(product);
  }
}

GivenCall given_call(const ResolvedScheme& scheme, const fp8oracle_quantize_given_args& args,
                     fp8oracle_direction direction) {
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  const fp8oracle_pair& pair = rowwise ? args.rowwise : args.columnwise;
  const fp8oracle_matrix& input = args.input;
  GivenCall call{};
  call.input = input.data.data;
  call.rows = input.rows;
  call.cols = input.cols;
  call.row_stride = input.row_stride;
  call.codes = pointer<std::uint8_t>(pair.codes);
  call.noop = pointer<const float>(args.noop);
  call.rowwise = rowwise;
  call.transposed = codes_shape(scheme, direction, input.rows, input.cols).transposed;
  if (scheme.grid.scale_is_given()) {
    call.tensor_scale_inv = pointer<const float>(pair.scale_inv);
  } else {
    call.block_scale_inv = pointer<const std::uint8_t>(pair.scale_inv);
    call.layout = scale_layout(scheme, direction, input.rows, input.cols);
  }
  return call;
}

}  // namespace

fp8oracle_status quantize_given(const ResolvedScheme& scheme,
                                const fp8oracle_quantize_given_args& args, const Queue& queue,
                                fp8oracle_message message) {
  if (args.input.rows == 0 || args.input.cols == 0) return FP8ORACLE_OK;
  const std::int64_t threads = args.input.rows * ceil_div(args.input.cols, kNeighbours);
  const auto blocks = static_cast<unsigned>(ceil_div(threads, kThreads));
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    if (!scheme.has(direction)) continue;
    const GivenCall call = given_call(scheme, args, direction);
    const cudaError_t error =
        with_type_and_format(args.input.type, scheme.format, [&](auto type, auto format) {
          return launch(
              quantize_given_kernel<typename decltype(type)::type, typename decltype(format)::type>,
              {blocks, kThreads, queue.stream}, call);
        });
    if (error != cudaSuccess) return status_of(error, "quantize_given", message);
  }
  return FP8ORACLE_OK;
}

}  // namespace fp8oracle::cuda
