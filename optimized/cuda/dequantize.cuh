// SPDX-License-Identifier: Apache-2.0
// y = RN(decode(q) * r), rounded once more to the output's type [K6]. Per tensor and MX, both
// directions, every layout.
//
//   flat   codes that lie as the output: a thread takes the codes of 16 bytes of it
//   tile   32 rows x 256 columns of the output: scales of columns, transposed codes, any shape and
//          alignment. smem: scales (2 B a column), codes to be turned (36 B)
//   bytes  1 (+ 1/32 MX) read and an element written; bound by DRAM
//   equal  bit for bit to dequantize of the reference, NaN by class
#pragma once

#include "device/begin_kernel.cuh"
#include "device/decode.cuh"
#include "device/e8m0.cuh"
#include "device/scale_layout.cuh"
#include "device/turn.cuh"

namespace fp8oracle::cuda {

/// Which codes share a scale_inv.
enum class ScaleOf { kTensor, kRowBlock, kColumnBlock };

struct DequantizeCall {
  const std::uint8_t* codes;
  const float* tensor_scale_inv;        // kTensor
  const std::uint8_t* block_scale_inv;  // the others
  ScaleLayout layout;
  void* output;
  std::int64_t rows;
  std::int64_t cols;
  ScaleOf scale_of;
  bool transposed;  // codes are [cols, rows]
  bool aligned;     // eights of output and codes can be moved whole
};

struct DequantizeTuning {
  static constexpr int kThreads = 256;
  static constexpr int kRows = 32;
  static constexpr int kAcross = 32;
  static constexpr int kCols = kAcross * kEight;
  static constexpr int kRowsPerWarp = kRows / (kThreads / 32);
};

template <MxFault kFault>
__device__ __forceinline__ float scale_inv_of(std::uint8_t code) {
  return widen_bf16(e8m0_value_bf16<kFault>(code));
}

template <class T, class Format>
__device__ __forceinline__ Eight<T> dequantize_eight(uint2 codes,
                                                     const float (&scale_inv)[kEight]) {
  float y[kEight];
  decode<Format>(codes, y);
#pragma unroll
  for (int i = 0; i < kEight; ++i) y[i] = __fmul_rn(y[i], scale_inv[i]);
  return narrow_eight<T>(y);
}
template <class T, class Format>
__device__ __forceinline__ Eight<T> dequantize_eight(uint2 codes, float scale_inv) {
  float same[kEight];
#pragma unroll
  for (int i = 0; i < kEight; ++i) same[i] = scale_inv;
  return dequantize_eight<T, Format>(codes, same);
}

// ---- Flat ---------------------------------------------------------------------------------------

/// Elements of 16 bytes of output, which is what a thread stores: a warp's stores leave no gap.
template <class T>
inline constexpr int kPiece = 16 / static_cast<int>(sizeof(T));

/// kBlocks: scales of row blocks, else of the tensor. Preconditions: aligned; with blocks, cols is
/// a multiple of 32.
template <class T, class Format, bool kBlocks, MxFault kFault = MxFault::kNone>
__global__ void __launch_bounds__(DequantizeTuning::kThreads)
    dequantize_flat_kernel(const __grid_constant__ DequantizeCall call) {
  constexpr int kCount = kPiece<T>;
  begin_kernel();
  const std::int64_t elements = call.rows * call.cols;
  const std::int64_t whole = elements / kCount;
  const std::int64_t n = std::int64_t{blockIdx.x} * DequantizeTuning::kThreads + threadIdx.x;
  auto* const output = static_cast<T*>(call.output);
  if (n < whole) {
    const uint2 codes = load_codes<kCount>(call.codes + n * kCount);
    float scale_inv;
    if constexpr (kBlocks) {
      scale_inv =
          scale_inv_of<kFault>(call.block_scale_inv[call.layout.of_counted(n / (32 / kCount))]);
    } else {
      scale_inv = *call.tensor_scale_inv;
    }
    float y[kCount];
    decode<Format>(codes, y);
#pragma unroll
    for (int i = 0; i < kCount; ++i) y[i] = __fmul_rn(y[i], scale_inv);
    store_narrowed(output + n * kCount, y);
  }
  const std::int64_t rest = whole * kCount + n;
  if (!kBlocks && rest < elements) {
    const uint2 last = load_some_codes(call.codes + rest, 1);
    store_some(output + rest, dequantize_eight<T, Format>(last, *call.tensor_scale_inv), 1);
  }
}

// ---- Tiles --------------------------------------------------------------------------------------

struct DequantizeMemory {
  alignas(16) std::uint16_t scale_inv[DequantizeTuning::kCols];
  alignas(16) std::uint8_t turned[DequantizeTuning::kCols * kTurnedPitch];
};

/// What one thread has of a tile: eight columns of four rows.
struct DequantizeTile {
  std::int64_t tile_row, tile_col;
  int warp, lane;
  __device__ __forceinline__ std::int64_t row(int u) const {
    return tile_row + warp * DequantizeTuning::kRowsPerWarp + u;
  }
  __device__ __forceinline__ std::int64_t col() const { return tile_col + lane * kEight; }
};

template <MxFault kFault>
__device__ __forceinline__ void share_column_scales(const DequantizeCall& call,
                                                    const DequantizeTile& tile,
                                                    DequantizeMemory& memory) {
  const std::int64_t line = tile.tile_col + threadIdx.x;
  if (line >= call.cols) return;
  const std::uint8_t code = call.block_scale_inv[call.layout.index(line, tile.tile_row / 32)];
  memory.scale_inv[threadIdx.x] = static_cast<std::uint16_t>(e8m0_value_bf16<kFault>(code));
}

/// The tile's codes out of [cols, rows] into places of shared memory; two lanes a column.
template <bool kFull>
__device__ __forceinline__ void share_codes(const DequantizeCall& call, const DequantizeTile& tile,
                                            DequantizeMemory& memory) {
  using Tuning = DequantizeTuning;
#pragma unroll
  for (int j = 0; j < 2; ++j) {
    const int i = j * Tuning::kThreads + static_cast<int>(threadIdx.x);
    const int place = i / 2, row = i % 2 * 16;
    const std::int64_t col = tile.tile_col + column_of_place<Tuning::kAcross>(place);
    const std::uint8_t* const from = call.codes + col * call.rows + tile.tile_row + row;
    std::uint8_t* const to = memory.turned + place * kTurnedPitch + row;
    if constexpr (kFull) {
      const uint4 v = *reinterpret_cast<const uint4*>(from);
      auto* words = reinterpret_cast<std::uint32_t*>(to);
      words[0] = v.x;
      words[1] = v.y;
      words[2] = v.z;
      words[3] = v.w;
    } else if (col < call.cols) {
      const std::int64_t left = call.rows - (tile.tile_row + row);
      for (int r = 0; r < 16 && r < left; ++r) to[r] = from[r];
    }
  }
}

/// The thread's four rows of eight codes.
template <bool kFull>
__device__ __forceinline__ void fetch_codes(const DequantizeCall& call, const DequantizeTile& tile,
                                            int count, uint2 (&codes)[4]) {
#pragma unroll
  for (int u = 0; u < 4; ++u) {
    const std::uint8_t* from = call.codes + tile.row(u) * call.cols + tile.col();
    if constexpr (kFull) {
      codes[u] = load_codes<kEight>(from);
    } else {
      codes[u] = tile.row(u) < call.rows ? load_some_codes(from, count) : make_uint2(0, 0);
    }
  }
}

/// scale_inv of the thread's eight columns, in row `u` of its four.
template <MxFault kFault>
__device__ __forceinline__ void scales_of_row(const DequantizeCall& call,
                                              const DequantizeTile& tile, int u,
                                              const DequantizeMemory& memory,
                                              float (&scale_inv)[kEight]) {
  if (call.scale_of == ScaleOf::kColumnBlock) {
    const uint4 packed = *reinterpret_cast<const uint4*>(&memory.scale_inv[tile.lane * kEight]);
    Word<__nv_bfloat16>::widen(packed.x, scale_inv);
    Word<__nv_bfloat16>::widen(packed.y, scale_inv + 2);
    Word<__nv_bfloat16>::widen(packed.z, scale_inv + 4);
    Word<__nv_bfloat16>::widen(packed.w, scale_inv + 6);
    return;
  }
  float one = 0.0f;
  if (call.scale_of == ScaleOf::kTensor) {
    one = *call.tensor_scale_inv;
  } else if (tile.row(u) < call.rows && tile.col() / 32 < call.layout.blocks) {
    one =
        scale_inv_of<kFault>(call.block_scale_inv[call.layout.index(tile.row(u), tile.col() / 32)]);
  }
#pragma unroll
  for (int i = 0; i < kEight; ++i) scale_inv[i] = one;
}

template <class T, class Format, bool kFull, MxFault kFault>
__device__ __forceinline__ void dequantize_tile(const DequantizeCall& call,
                                                const DequantizeTile& tile,
                                                DequantizeMemory& memory) {
  const std::int64_t left = call.cols - tile.col();
  const int count =
      kFull ? kEight : static_cast<int>(max(min(left, std::int64_t{kEight}), std::int64_t{0}));
  uint2 codes[4];
  if (call.transposed) {
    share_codes<kFull>(call, tile, memory);
  } else {
    fetch_codes<kFull>(call, tile, count, codes);
  }
  if (call.scale_of == ScaleOf::kColumnBlock) share_column_scales<kFault>(call, tile, memory);
  if (kFault != MxFault::kMissingBarrier) __syncthreads();
  if (call.transposed)
    read_turned<DequantizeTuning::kAcross>(memory.turned, tile.warp, tile.lane, codes);
#pragma unroll
  for (int u = 0; u < 4; ++u) {
    float scale_inv[kEight];
    scales_of_row<kFault>(call, tile, u, memory, scale_inv);
    const Eight<T> y = dequantize_eight<T, Format>(codes[u], scale_inv);
    T* const to = static_cast<T*>(call.output) + tile.row(u) * call.cols + tile.col();
    if constexpr (kFull) {
      store_eight(to, y);
    } else if (tile.row(u) < call.rows) {
      store_some(to, y, count);
    }
  }
}

template <class T, class Format, MxFault kFault = MxFault::kNone>
__global__ void __launch_bounds__(DequantizeTuning::kThreads)
    dequantize_tile_kernel(const __grid_constant__ DequantizeCall call) {
  using Tuning = DequantizeTuning;
  __shared__ DequantizeMemory memory;
  begin_kernel();
  const auto across = static_cast<std::uint32_t>((call.cols + Tuning::kCols - 1) / Tuning::kCols);
  const auto down = static_cast<std::uint32_t>((call.rows + Tuning::kRows - 1) / Tuning::kRows);
  const std::uint32_t per = call.transposed ? down : across;
  const std::uint32_t outer = blockIdx.x / per, inner = blockIdx.x % per;
  const DequantizeTile tile{std::int64_t{call.transposed ? inner : outer} * Tuning::kRows,
                            std::int64_t{call.transposed ? outer : inner} * Tuning::kCols,
                            static_cast<int>(threadIdx.x) / 32, static_cast<int>(threadIdx.x) % 32};
  const bool full = call.aligned && tile.tile_row + Tuning::kRows <= call.rows &&
                    tile.tile_col + Tuning::kCols <= call.cols;
  if (full) {
    dequantize_tile<T, Format, true, kFault>(call, tile, memory);
  } else {
    dequantize_tile<T, Format, false, kFault>(call, tile, memory);
  }
}

}  // namespace fp8oracle::cuda
