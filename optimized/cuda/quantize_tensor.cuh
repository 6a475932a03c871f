// SPDX-License-Identifier: Apache-2.0
// Per-tensor quantize, rowwise codes.
//
//   grid   one tile a block: kThreads x kUnits units of 16 bytes of one row (a dense matrix is one
//          row)
//   smem   one word a warp, for amax
//   bytes  2 or 4 read and 1 written an element; bound by DRAM
//   equal  codes = cast(RN(x * scale)), scale_inv = RN(1 / scale), amax = max(amax, max|x|)
#pragma once

#include <algorithm>
#include <cstdint>

#include "cast_arguments.h"
#include "device/tensor_cast.cuh"
#include "status.h"
#include "tile_grid.h"

namespace fp8oracle::cuda {

/// kUnits loads of 16 bytes in flight a thread.
template <int kThreadsOf, int kUnitsOf>
struct RowTuning {
  static constexpr int kThreads = kThreadsOf;
  static constexpr int kUnits = kUnitsOf;
};
using LargeRows = RowTuning<256, 4>;
using SmallRows = RowTuning<256, 1>;  // the input fits in the threads of the device at once
constexpr std::int64_t kSmallUnits = 132 * 2048;

/// One row's part of a tile.
template <class T>
struct RowTile {
  const T* input;
  std::uint8_t* codes;
  std::int64_t count;
};

template <class T, class Format, class Tuning, Fault kFault>
__device__ __forceinline__ void quantize_full_tile(const RowTile<T>& tile, float scale,
                                                   Amax<T>& amax) {
  constexpr int kUnit = Element<T>::kUnit;
  Unit units[Tuning::kUnits];
#pragma unroll
  for (int i = 0; i < Tuning::kUnits; ++i)
    units[i] = load_unit_streaming(tile.input + (i * Tuning::kThreads + threadIdx.x) * kUnit);
#pragma unroll
  for (int i = 0; i < Tuning::kUnits; ++i) {
    std::uint32_t codes[kUnit / 4];
    amax.add(units[i]);
    encode_unit<T, Format>(units[i], scale, codes);
    store_codes(tile.codes + (i * Tuning::kThreads + threadIdx.x) * kUnit, codes);
  }
}

/// The rest of a row, or rows that 16-byte loads do not fit: whole units where they do.
template <class T, class Format, class Tuning, Fault kFault>
__device__ __forceinline__ void quantize_partial_tile(const RowTile<T>& tile, bool aligned,
                                                      float scale, Amax<T>& amax) {
  constexpr int kUnit = Element<T>::kUnit;
  const std::int64_t whole = aligned ? tile.count / kUnit * kUnit : 0;
  for (std::int64_t i = threadIdx.x * kUnit; i < whole; i += Tuning::kThreads * kUnit) {
    const Unit unit = load_unit_streaming(tile.input + i);
    std::uint32_t codes[kUnit / 4];
    amax.add(unit);
    encode_unit<T, Format>(unit, scale, codes);
    store_codes(tile.codes + i, codes);
  }
  for (std::int64_t i = whole + threadIdx.x; i < tile.count; i += Tuning::kThreads) {
    const float x = Element<T>::widen(tile.input[i]);
    amax.add(x);
    tile.codes[i] = encode1<Format>(x * scale);
  }
}

template <class T, class Format, class Tuning, Fault kFault>
__global__ void __launch_bounds__(Tuning::kThreads)
    quantize_rows_kernel(const __grid_constant__ TensorCast cast, std::int64_t tiles_per_row,
                         bool aligned) {
  __shared__ std::uint32_t scratch[Tuning::kThreads / 32];
  constexpr std::int64_t kTile = Tuning::kThreads * Tuning::kUnits * Element<T>::kUnit;
  if (is_noop(cast.noop)) return;
  const float scale = cast.scale != nullptr ? *cast.scale : 1.0f;
  Amax<T> amax(cast.propagate_nan);
  for (std::int64_t i = blockIdx.x; i < tiles_per_row * cast.rows; i += gridDim.x) {
    const std::int64_t row = cast.rows == 1 ? 0 : i / tiles_per_row;
    const std::int64_t begin = (i - row * tiles_per_row) * kTile;
    const RowTile<T> tile{static_cast<const T*>(cast.input) + row * cast.row_stride + begin,
                          cast.rowwise + row * cast.cols + begin, min(kTile, cast.cols - begin)};
    if (aligned && tile.count == kTile) {
      quantize_full_tile<T, Format, Tuning, kFault>(tile, scale, amax);
    } else {
      quantize_partial_tile<T, Format, Tuning, kFault>(tile, aligned, scale, amax);
    }
  }
  // Of an empty tensor too [K24].
  if (blockIdx.x == 0 && threadIdx.x == 0 && cast.scale_inv != nullptr)
    *cast.scale_inv = scale_inverse_of(scale, cast.flush_scale_inv);
  if (cast.amax == nullptr) return;
  const std::uint32_t bits = block_max(amax.bits(), scratch);
  if (threadIdx.x == 0) accumulate_amax(cast.amax, bits);
}

template <class T, class Format, class Tuning, Fault kFault>
void launch_rows(const TensorCast& cast, bool aligned, cudaStream_t stream) {
  constexpr std::int64_t kTile = Tuning::kThreads * Tuning::kUnits * Element<T>::kUnit;
  const std::int64_t tiles_per_row = ceil_div(cast.cols, kTile);
  const unsigned blocks = block_count(tiles_per_row * cast.rows);
  quantize_rows_kernel<T, Format, Tuning, kFault>
      <<<blocks, Tuning::kThreads, 0, stream>>>(cast, tiles_per_row, aligned);
}

/// Units of input can be loaded, and their codes stored, at every row's start.
template <class T>
bool rows_are_aligned(const TensorCast& cast) {
  constexpr int kUnit = Element<T>::kUnit;
  return is_aligned(cast.input, 16) && is_aligned(cast.rowwise, kUnit) &&
         (cast.rows == 1 || (cast.row_stride % kUnit == 0 && cast.cols % kUnit == 0));
}

template <Fault kFault>
fp8oracle_status quantize_rows(const fp8oracle_quantize_args& args, cudaStream_t stream,
                               fp8oracle_message message) {
  TensorCast cast = tensor_cast(args.scheme, args.input, args.rowwise, args.columnwise);
  cast.scale = pointer<const float>(args.scale);
  cast.amax = pointer<float>(args.amax);
  cast.noop = pointer<const float>(args.noop);
  flatten(cast);
  with_type_and_format(args.input.type, args.scheme.format, [&](auto type, auto format) {
    using T = typename decltype(type)::type;
    using Format = typename decltype(format)::type;
    const bool aligned = rows_are_aligned<T>(cast);
    if (cast.rows * cast.cols <= kSmallUnits * Element<T>::kUnit) {
      launch_rows<T, Format, SmallRows, kFault>(cast, aligned, stream);
    } else {
      launch_rows<T, Format, LargeRows, kFault>(cast, aligned, stream);
    }
  });
  return launched("quantize", message);
}

}  // namespace fp8oracle::cuda
