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
#include "device/begin_kernel.cuh"
#include "device/tensor_cast.cuh"
#include "fp8oracle/resolved_scheme.h"
#include "launch.cuh"
#include "status.h"

namespace fp8oracle::cuda {

/// kUnits loads of 16 bytes in flight a thread.
template <int kThreadsOf, int kUnitsOf>
struct RowTuning {
  static constexpr int kThreads = kThreadsOf;
  static constexpr int kUnits = kUnitsOf;
};
// Measured on an H100 (BF16 to E4M3): 8192 x 8192 in 67.5 us, 67.9 with <128, 4>; 1024 x 1024 in
// 1.69 us, 1.86 with <128, 2>; 128 x 512 in 1.44 us, 1.41 with <128, 2>.
using LargeRows = RowTuning<512, 2>;
using SmallRows = RowTuning<256, 2>;
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
    units[i] = load_unit(tile.input + (i * Tuning::kThreads + threadIdx.x) * kUnit);
#pragma unroll
  for (int i = 0; i < Tuning::kUnits; ++i) {
    std::uint32_t codes[kUnit / 4];
    amax.add(units[i]);
    encode_unit<T, Format>(units[i], scale, codes);
    if constexpr (kFault == Fault::kLanesSwapped && kUnit == 8) {
      const std::uint32_t low = codes[0];
      codes[0] = threadIdx.x % 2 == 0 ? low : codes[1];
      codes[1] = threadIdx.x % 2 == 0 ? codes[1] : low;
    }
    store_codes<CodeStores::kPlain>(tile.codes + (i * Tuning::kThreads + threadIdx.x) * kUnit,
                                    codes);
  }
}

/// The rest of a row, or rows that 16-byte loads do not fit: whole units where they do.
template <class T, class Format, class Tuning, Fault kFault>
__device__ __forceinline__ void quantize_partial_tile(const RowTile<T>& tile, bool aligned,
                                                      float scale, Amax<T>& amax) {
  constexpr int kUnit = Element<T>::kUnit;
  const std::int64_t whole = aligned ? tile.count / kUnit * kUnit : 0;
  for (std::int64_t i = threadIdx.x * kUnit; i < whole; i += Tuning::kThreads * kUnit) {
    const Unit unit = load_unit(tile.input + i);
    std::uint32_t codes[kUnit / 4];
    amax.add(unit);
    encode_unit<T, Format>(unit, scale, codes);
    store_codes<CodeStores::kPlain>(tile.codes + i, codes);
  }
  if constexpr (kFault == Fault::kTailUnwritten) {
    if (whole > 0) return;
  }
  for (std::int64_t i = whole + threadIdx.x; i < tile.count; i += Tuning::kThreads) {
    const float x = Element<T>::widen(tile.input[i]);
    amax.add(kFault == Fault::kAmaxOfScaled ? x * scale : x);
    std::uint8_t code = encode1<Format>(x * scale);
    if (kFault == Fault::kOldCodesRead && code == 0) code = tile.codes[i] & 0x80;
    tile.codes[i] = code;
  }
  if constexpr (kFault == Fault::kDivergentBarrier) {
    if (threadIdx.x / 32 % 2 == 0) __syncthreads();
  }
  if constexpr (kFault == Fault::kDivergentWarpBarrier) {
    if (threadIdx.x % 32 <= 16) __syncwarp(0x0000FFFFu);
  }
  if (kFault == Fault::kWrittenBeyond && threadIdx.x == 0) tile.codes[tile.count] = 0;
}

template <class T, class Format, class Tuning, Fault kFault>
__global__ void __launch_bounds__(Tuning::kThreads)
    quantize_rows_kernel(const __grid_constant__ TensorCast cast, std::int64_t tiles_per_row,
                         bool aligned) {
  __shared__ std::uint32_t scratch[Tuning::kThreads / 32];
  constexpr std::int64_t kTile = Tuning::kThreads * Tuning::kUnits * Element<T>::kUnit;
  begin_kernel<kFault>();
  if (kFault != Fault::kNoopIgnored && is_noop(cast.noop)) return;
  const float scale = cast.scale != nullptr ? *cast.scale : 1.0f;
  const AmaxTarget target(cast.amax);
  Amax<T> amax(cast.propagate_nan);
  const std::int64_t tile_index = std::int64_t{blockIdx.y} * gridDim.x + blockIdx.x;
  const std::int64_t row = cast.rows == 1 ? 0 : tile_index / tiles_per_row;
  const std::int64_t begin = (tile_index - row * tiles_per_row) * kTile;
  if (row < cast.rows && begin < cast.cols) {
    const RowTile<T> tile{
        static_cast<const T*>(cast.input) +
            row * (kFault == Fault::kStrideIgnored ? cast.cols : cast.row_stride) + begin,
        cast.rowwise + row * cast.cols + begin, min(kTile, cast.cols - begin)};
    if (aligned && tile.count == kTile) {
      quantize_full_tile<T, Format, Tuning, kFault>(tile, scale, amax);
    } else {
      quantize_partial_tile<T, Format, Tuning, kFault>(tile, aligned, scale, amax);
    }
  }
  // Of an empty tensor too [K24].
  const bool skipped = kFault == Fault::kScaleInvOfEmpty && (cast.rows == 0 || cast.cols == 0);
  if (tile_index == 0 && threadIdx.x == 0 && cast.scale_inv != nullptr && !skipped)
    *cast.scale_inv = scale_inverse_of<kFault>(scale, cast.flush_scale_inv);
  if (cast.amax == nullptr) return;
  target.raise_to<kFault>(block_max<kFault>(amax.bits(), scratch));
}

/// A grid of at least `tiles` blocks, at least one; y takes over where x ends.
inline dim3 grid_of(std::int64_t tiles) {
  constexpr std::int64_t kMostX = 0x7FFFFFFF;
  const std::int64_t y = std::max<std::int64_t>(ceil_div(tiles, kMostX), 1);
  return dim3(static_cast<unsigned>(std::max<std::int64_t>(ceil_div(tiles, y), 1)),
              static_cast<unsigned>(y));
}

template <class T, class Format, class Tuning, Fault kFault>
cudaError_t launch_rows(const TensorCast& cast, bool aligned, cudaStream_t stream) {
  constexpr std::int64_t kTile = Tuning::kThreads * Tuning::kUnits * Element<T>::kUnit;
  const std::int64_t tiles_per_row = std::max<std::int64_t>(ceil_div(cast.cols, kTile), 1);
  return launch(quantize_rows_kernel<T, Format, Tuning, kFault>,
                {grid_of(tiles_per_row * cast.rows), Tuning::kThreads, stream}, cast, tiles_per_row,
                aligned);
}

/// Units of input can be loaded, and their codes stored, at every row's start.
template <class T>
bool rows_are_aligned(const TensorCast& cast) {
  constexpr int kUnit = Element<T>::kUnit;
  return is_aligned(cast.input, 16) && is_aligned(cast.rowwise, kUnit) &&
         (cast.rows == 1 || (cast.row_stride % kUnit == 0 && cast.cols % kUnit == 0));
}

template <Fault kFault>
fp8oracle_status quantize_rows(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                               cudaStream_t stream, fp8oracle_message message) {
  TensorCast cast = given_scale_cast(scheme, args);
  if (cast.rows == 0 || cast.cols == 0) cast.amax = nullptr;  // stays what it is [K24]
  flatten(cast);
  const cudaError_t error =
      with_type_and_format(args.input.type, scheme.format, [&](auto type, auto format) {
        using T = typename decltype(type)::type;
        using Format = typename decltype(format)::type;
        const bool aligned = rows_are_aligned<T>(cast);
        const std::int64_t units = cast.rows * cast.cols / Element<T>::kUnit;
        if (units <= kSmallUnits) {
          return launch_rows<T, Format, SmallRows, kFault>(cast, aligned, stream);
        } else {
          return launch_rows<T, Format, LargeRows, kFault>(cast, aligned, stream);
        }
      });
  return status_of(error, "quantize", message);
}

}  // namespace fp8oracle::cuda
