// SPDX-License-Identifier: Apache-2.0
// Current scaling, rowwise codes: amax, its scale and the cast in one launch.
//
//   grid   one block a multiprocessor (2 of the small ones), all at once; block b's tiles are
//          b, b + blocks, b + 2 blocks, ...: the first kHeld stay in registers, the next ones in
//          shared memory, the rest is read again, last tile first, as long as the L2 has it
//   smem   up to 6 tiles of 32 KiB
//   bytes  2 or 4 read and 1 written an element, and once more 2 or 4 of what did not fit
//          (of 8192 x 8192 BF16 on an H100: 34 of 134 MB stay in registers and shared memory)
//   equal  amax, scale_from_amax, quantize one after the other
#pragma once

#include <cstdint>

#include "amax.cuh"
#include "current_scaling.cuh"
#include "fp8oracle/resolved_scheme.h"
#include "quantize_tensor.cuh"

namespace fp8oracle::cuda {

/// kUsesShared: for inputs that do not stay on the chip as a whole. What it keeps is loaded as
/// streams are, so that the L2 has room for the rest.
template <int kThreadsOf, int kUnitsOf, int kHeldOf, int kBlocksOf, bool kUsesSharedOf>
struct CurrentTuning : RowTuning<kThreadsOf, kUnitsOf> {
  static constexpr int kHeld = kHeldOf;  // tiles in registers
  static constexpr int kBlocksPerMultiprocessor = kBlocksOf;
  static constexpr bool kUsesShared = kUsesSharedOf;
  static constexpr int kTileBytes = kThreadsOf * kUnitsOf * 16;
};
// Measured on an H100 (BF16 to E4M3): 8192 x 8192 in 100.5 us; 1024 x 1024 in 3.6 us, 4.2 with
// streaming loads; 128 x 512 in 2.65 us, 2.56 with <128, 4, 1, 1>.
using LargeCurrent = CurrentTuning<512, 4, 2, 1, true>;
using SmallCurrent = CurrentTuning<256, 4, 1, 2, false>;

/// The tiles of one block.
template <class T, class Tuning>
struct BlockTiles {
  static constexpr std::int64_t kTile =
      std::int64_t{Tuning::kThreads} * Tuning::kUnits * Element<T>::kUnit;
  const TensorCast& cast;
  std::int64_t tiles_per_row;
  bool aligned;

  __device__ __forceinline__ std::int64_t count() const {
    const std::int64_t all = tiles_per_row * cast.rows;
    return blockIdx.x < all ? (all - 1 - blockIdx.x) / gridDim.x + 1 : 0;
  }
  __device__ __forceinline__ RowTile<T> at(std::int64_t local) const {
    const std::int64_t i = blockIdx.x + local * gridDim.x;
    const std::int64_t row = cast.rows == 1 ? 0 : i / tiles_per_row;
    const std::int64_t begin = (i - row * tiles_per_row) * kTile;
    return {static_cast<const T*>(cast.input) + row * cast.row_stride + begin,
            cast.rowwise + row * cast.cols + begin, min(kTile, cast.cols - begin)};
  }
  /// Whole tiles alone are kept; others are read again.
  __device__ __forceinline__ bool is_whole(const RowTile<T>& tile) const {
    return aligned && tile.count == kTile;
  }
};

template <class T, class Tuning>
__device__ __forceinline__ void load_tile(const RowTile<T>& tile, bool streaming,
                                          Unit (&units)[Tuning::kUnits]) {
#pragma unroll
  for (int i = 0; i < Tuning::kUnits; ++i) {
    const T* const from = tile.input + (i * Tuning::kThreads + threadIdx.x) * Element<T>::kUnit;
    units[i] = streaming ? load_unit_streaming(from) : load_unit(from);
  }
}

template <class T, class Format, class Tuning>
__device__ __forceinline__ void encode_tile(const RowTile<T>& tile, float scale,
                                            const Unit (&units)[Tuning::kUnits]) {
#pragma unroll
  for (int i = 0; i < Tuning::kUnits; ++i) {
    std::uint32_t codes[Element<T>::kUnit / 4];
    encode_unit<T, Format>(units[i], scale, codes);
    store_codes<CodeStores::kStreamed>(
        tile.codes + (i * Tuning::kThreads + threadIdx.x) * Element<T>::kUnit, codes);
  }
}

/// Thread-private places of a tile in shared memory: no barrier stands between put and take.
template <class Tuning>
__device__ __forceinline__ uint4* shared_place(uint4* shared, std::int64_t slot, int unit) {
  return shared + (slot * Tuning::kUnits + unit) * Tuning::kThreads + threadIdx.x;
}

template <class T, class Tuning>
__device__ __forceinline__ void amax_of_rest(const RowTile<T>& tile, bool aligned, Amax<T>& amax) {
  amax_of_partial_tile<T, Tuning::kThreads>(tile.input, tile.count, aligned, amax);
}

template <class T, class Format, class Tuning, Fault kFault>
__global__ void __launch_bounds__(Tuning::kThreads, Tuning::kBlocksPerMultiprocessor)
    quantize_current_kernel(const __grid_constant__ CurrentCast current, std::int64_t tiles_per_row,
                            bool aligned, int shared_tiles) {
  extern __shared__ uint4 kept[];
  __shared__ CurrentShared<Tuning::kThreads> shared;
  begin_kernel<kFault>();
  if (kFault != Fault::kNoopIgnored && is_noop(current.cast.noop)) return;
  const CurrentStart start = begin_current(current);
  const BlockTiles<T, Tuning> tiles{current.cast, tiles_per_row, aligned};
  const std::int64_t count = tiles.count();
  const std::int64_t kept_end = min(count, std::int64_t{Tuning::kHeld} + shared_tiles);
  Amax<T> amax(current.cast.propagate_nan);

  Unit held[Tuning::kHeld][Tuning::kUnits];
#pragma unroll
  for (int t = 0; t < Tuning::kHeld; ++t) {
    if (t < count && tiles.is_whole(tiles.at(t))) {
      load_tile<T, Tuning>(tiles.at(t), Tuning::kUsesShared, held[t]);
    }
  }
  for (std::int64_t t = Tuning::kHeld; t < kept_end; ++t) {
    const RowTile<T> tile = tiles.at(t);
    if (!tiles.is_whole(tile)) {
      amax_of_rest<T, Tuning>(tile, aligned, amax);
      continue;
    }
    Unit units[Tuning::kUnits];
    load_tile<T, Tuning>(tile, true, units);
#pragma unroll
    for (int i = 0; i < Tuning::kUnits; ++i) {
      amax.add(units[i]);
      const Unit& u = units[i];
      *shared_place<Tuning>(kept, t - Tuning::kHeld, i) =
          make_uint4(u.words[0], u.words[1], u.words[2], u.words[3]);
    }
  }
#pragma unroll 2
  for (std::int64_t t = kept_end; t < count; ++t) {
    const RowTile<T> tile = tiles.at(t);
    if (!tiles.is_whole(tile)) {
      amax_of_rest<T, Tuning>(tile, aligned, amax);
      continue;
    }
    Unit units[Tuning::kUnits];
    load_tile<T, Tuning>(tile, false, units);
#pragma unroll
    for (int i = 0; i < Tuning::kUnits; ++i) amax.add(units[i]);
  }
#pragma unroll
  for (int t = 0; t < Tuning::kHeld; ++t) {
    if (t >= count || !tiles.is_whole(tiles.at(t))) continue;
#pragma unroll
    for (int i = 0; i < Tuning::kUnits; ++i) amax.add(held[t][i]);
  }
#pragma unroll 1
  for (std::int64_t t = 0; t < min(count, std::int64_t{Tuning::kHeld}); ++t) {
    const RowTile<T> tile = tiles.at(t);
    if (!tiles.is_whole(tile)) amax_of_rest<T, Tuning>(tile, aligned, amax);
  }

  const float scale = exchange_scale<kFault>(current, start, amax.bits(), shared);

  Amax<T> unused(false);
#pragma unroll 2
  for (std::int64_t t = count - 1; t >= kept_end; --t) {
    const RowTile<T> tile = tiles.at(t);
    if (!tiles.is_whole(tile)) {
      quantize_partial_tile<T, Format, Tuning, kFault>(tile, aligned, scale, unused);
      continue;
    }
    Unit units[Tuning::kUnits];
    load_tile<T, Tuning>(tile, true, units);
    encode_tile<T, Format, Tuning>(tile, scale, units);
  }
  for (std::int64_t t = kept_end - 1; t >= Tuning::kHeld; --t) {
    const RowTile<T> tile = tiles.at(t);
    if (!tiles.is_whole(tile)) {
      quantize_partial_tile<T, Format, Tuning, kFault>(tile, aligned, scale, unused);
      continue;
    }
    Unit units[Tuning::kUnits];
#pragma unroll
    for (int i = 0; i < Tuning::kUnits; ++i)
      units[i] = unit_of(*shared_place<Tuning>(kept, t - Tuning::kHeld, i));
    encode_tile<T, Format, Tuning>(tile, scale, units);
  }
#pragma unroll
  for (int t = 0; t < Tuning::kHeld; ++t) {
    const RowTile<T> tile = tiles.at(t);
    if (t < count && tiles.is_whole(tile)) encode_tile<T, Format, Tuning>(tile, scale, held[t]);
  }
#pragma unroll 1
  for (std::int64_t t = 0; t < min(count, std::int64_t{Tuning::kHeld}); ++t) {
    const RowTile<T> tile = tiles.at(t);
    if (!tiles.is_whole(tile))
      quantize_partial_tile<T, Format, Tuning, kFault>(tile, aligned, scale, unused);
  }
}

template <class T, class Format, class Tuning, Fault kFault>
cudaError_t launch_current(const CurrentCast& current, bool aligned, const Queue& queue) {
  constexpr auto kernel = quantize_current_kernel<T, Format, Tuning, kFault>;
  constexpr int kReserved = 2048;  // static shared memory, and the system's
  const int shared_tiles =
      Tuning::kUsesShared ? (queue.device->shared_bytes_per_block - kReserved) / Tuning::kTileBytes
                          : 0;
  const auto shared_bytes = static_cast<std::size_t>(shared_tiles * Tuning::kTileBytes);
  static PerDevice<int> resident;
  const auto find = [&](int, int& found) {
    return find_resident_blocks(*queue.device, kernel, Tuning::kThreads, shared_bytes, found);
  };
  const int* most = nullptr;
  if (const cudaError_t error = resident.get(most, find); error != cudaSuccess) return error;
  const std::int64_t tiles_per_row = ceil_div(current.cast.cols, BlockTiles<T, Tuning>::kTile);
  const auto blocks =
      static_cast<unsigned>(std::clamp<std::int64_t>(tiles_per_row * current.cast.rows, 1, *most));
  return launch(kernel, {blocks, Tuning::kThreads, queue.stream, shared_bytes, blocks > 1}, current,
                tiles_per_row, aligned, shared_tiles);
}

template <Fault kFault>
fp8oracle_status quantize_current_rows(const ResolvedScheme& scheme,
                                       const fp8oracle_quantize_current_args& args,
                                       const Queue& queue, fp8oracle_message message) {
  CurrentCast current = current_cast(scheme, args, queue);
  flatten(current.cast);
  const cudaError_t error =
      with_type_and_format(args.input.type, scheme.format, [&](auto type, auto format) {
        using T = typename decltype(type)::type;
        using Format = typename decltype(format)::type;
        const bool aligned = rows_are_aligned<T>(current.cast);
        const auto fits = [&](auto tuning) {
          using Tuning = typename decltype(tuning)::type;
          const std::int64_t tiles =
              ceil_div(current.cast.cols, BlockTiles<T, Tuning>::kTile) * current.cast.rows;
          return tiles <= std::int64_t{queue.device->multiprocessors} *
                              Tuning::kBlocksPerMultiprocessor * Tuning::kHeld;
        };
        if (fits(TypeName<SmallCurrent>{})) {
          return launch_current<T, Format, SmallCurrent, kFault>(current, aligned, queue);
        } else {
          return launch_current<T, Format, LargeCurrent, kFault>(current, aligned, queue);
        }
      });
  return status_of(error, "quantize_current", message);
}

}  // namespace fp8oracle::cuda
