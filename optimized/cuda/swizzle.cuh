// SPDX-License-Identifier: Apache-2.0
// E8M0 scales from a plain layout (compact or padded) to the swizzled one and back [K19].
//
//   thread  of four tiles side by side the lines r, r + 32, r + 64, r + 96: on the swizzled side 16
//           bytes of each tile, on the plain side 16 bytes of each line; between them the words
//           are transposed in registers
//   warp    8 lines of 16 tiles: 128 bytes of each tile, 64 bytes of each line. More lines where
//           tiles are fewer, or where it is the lines that are neighbours on the plain side
//   bytes   1 read and 1 written a scale
//   equal   byte for byte to swizzle and unswizzle of the reference; padding of the output is zero,
//           padding of the input is never read into it
#pragma once

#include "device/begin_kernel.cuh"
#include "device/mx_fault.cuh"
#include "device/scale_layout.cuh"

namespace fp8oracle::cuda {

struct SwizzleCall {
  ScaleLayout plain;
  ScaleLayout swizzled;
  const std::uint8_t* input;
  std::uint8_t* output;
  bool words;       // four blocks of a line are an aligned word of the plain side
  bool quads;       // and sixteen are four of them that are aligned together
  bool chunks;      // the swizzled side is 16-byte aligned
  unsigned across;  // threads side by side in a line, log2
  unsigned parts;   // of a row of tiles, 32 lines << across threads each
};

struct SwizzleTuning {
  static constexpr int kThreads = 128;
  static constexpr int kTiles = 4;        // of a thread
  static constexpr unsigned kAcross = 2;  // at most
};

/// What a thread moves: tiles from `tile` on, of them `line` and the lines 32, 64 and 96 behind it.
struct SwizzlePart {
  std::int64_t tile_row;
  std::int64_t tile;
  std::int64_t line_in_tile;

  __device__ explicit SwizzlePart(const SwizzleCall& call) {
    // Of 2^32 threads the scales would be 256 GiB.
    unsigned n = blockIdx.x * SwizzleTuning::kThreads + threadIdx.x;
    const unsigned beside = n & ((1u << call.across) - 1);
    n >>= call.across;
    line_in_tile = n & 31;
    n >>= 5;
    const unsigned part = n % call.parts;
    tile_row = n / call.parts;
    tile = std::int64_t{(part << call.across) + beside} * SwizzleTuning::kTiles;
  }
  __device__ bool exists(const SwizzleCall& call) const {
    return tile_row * 128 < call.swizzled.padded_lines && tile < call.swizzled.tiles_across;
  }
  __device__ std::int64_t line(int quarter) const {
    return tile_row * 128 + quarter * 32 + line_in_tile;
  }
  __device__ std::int64_t block(int t) const { return (tile + t) * 4; }
  /// Of its 16 bytes of a tile.
  __device__ std::int64_t chunk(const SwizzleCall& call, int t) const {
    return (tile_row * call.swizzled.tiles_across + tile + t) * 512 + line_in_tile * 16;
  }
};

/// Four bytes that stand in a line from `block` on; those of no block are zero.
template <MxFault kFault>
__device__ __forceinline__ std::uint32_t load_word(const SwizzleCall& call, std::int64_t line,
                                                   std::int64_t block) {
  ScaleLayout plain = call.plain;
  if (kFault == MxFault::kPaddingCopied) {
    plain.lines = plain.padded_lines;
    plain.blocks = plain.padded_blocks;
  }
  if (line >= plain.lines) return 0;
  if (call.words && block + 4 <= plain.blocks)
    return *reinterpret_cast<const std::uint32_t*>(call.input + plain.index(line, block));
  std::uint32_t word = 0;
#pragma unroll
  for (int b = 0; b < 4; ++b) {
    if (block + b < plain.blocks)
      word |= std::uint32_t{call.input[plain.index(line, block + b)]} << (b * 8);
  }
  return word;
}

/// The way back; padding that the plain layout has is written as zero.
__device__ __forceinline__ void store_word(const SwizzleCall& call, std::int64_t line,
                                           std::int64_t block, std::uint32_t word) {
  const ScaleLayout& plain = call.plain;
  if (line >= plain.padded_lines) return;
  if (line >= plain.lines) word = 0;
  if (call.words && block + 4 <= plain.blocks) {
    *reinterpret_cast<std::uint32_t*>(call.output + plain.index(line, block)) = word;
    return;
  }
#pragma unroll
  for (int b = 0; b < 4; ++b) {
    if (block + b >= plain.padded_blocks) continue;
    const bool owned = block + b < plain.blocks;
    call.output[plain.index(line, block + b)] =
        static_cast<std::uint8_t>(owned ? word >> (b * 8) : 0);
  }
}

/// The words of one line that a thread moves.
struct LineWords {
  std::uint32_t words[SwizzleTuning::kTiles];
};

__device__ __forceinline__ bool is_quad(const SwizzleCall& call, std::int64_t line,
                                        std::int64_t block) {
  return call.quads && line < call.plain.lines && block + 16 <= call.plain.blocks;
}

template <MxFault kFault>
__device__ __forceinline__ LineWords load_line(const SwizzleCall& call, const SwizzlePart& part,
                                               int quarter) {
  const std::int64_t line = part.line(quarter);
  if (is_quad(call, line, part.block(0))) {
    const uint4 v =
        *reinterpret_cast<const uint4*>(call.input + call.plain.index(line, part.block(0)));
    return {{v.x, v.y, v.z, v.w}};
  }
  LineWords from;
#pragma unroll
  for (int t = 0; t < SwizzleTuning::kTiles; ++t)
    from.words[t] = load_word<kFault>(call, line, part.block(t));
  return from;
}
template <MxFault kFault>
__device__ __forceinline__ void store_line(const SwizzleCall& call, const SwizzlePart& part,
                                           int quarter, const LineWords& to) {
  const std::int64_t line = part.line(quarter);
  if (is_quad(call, line, part.block(0))) {
    constexpr int kFlip = kFault == MxFault::kWordsReversed ? 3 : 0;
    *reinterpret_cast<uint4*>(call.output + call.plain.index(line, part.block(0))) = make_uint4(
        to.words[0 ^ kFlip], to.words[1 ^ kFlip], to.words[2 ^ kFlip], to.words[3 ^ kFlip]);
    return;
  }
#pragma unroll
  for (int t = 0; t < SwizzleTuning::kTiles; ++t)
    store_word(call, line, part.block(t), to.words[t]);
}

__device__ __forceinline__ uint4 load_chunk(const std::uint8_t* from, bool whole) {
  if (whole) return *reinterpret_cast<const uint4*>(from);
  std::uint32_t words[4] = {};
#pragma unroll
  for (int i = 0; i < 16; ++i) words[i / 4] |= std::uint32_t{from[i]} << (i % 4 * 8);
  return make_uint4(words[0], words[1], words[2], words[3]);
}
__device__ __forceinline__ void store_chunk(std::uint8_t* to, bool whole, const uint4& v) {
  if (whole) {
    *reinterpret_cast<uint4*>(to) = v;
    return;
  }
  const std::uint32_t words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
  for (int i = 0; i < 16; ++i) to[i] = static_cast<std::uint8_t>(words[i / 4] >> (i % 4 * 8));
}

template <bool kToSwizzled, MxFault kFault = MxFault::kNone>
__global__ void __launch_bounds__(SwizzleTuning::kThreads)
    swizzle_kernel(const __grid_constant__ SwizzleCall call) {
  begin_kernel();
  const SwizzlePart part(call);
  if (!part.exists(call)) return;
  const std::int64_t tiles = call.swizzled.tiles_across - part.tile;
  LineWords lines[4];
  if constexpr (kToSwizzled) {
#pragma unroll
    for (int q = 0; q < 4; ++q) lines[q] = load_line<kFault>(call, part, q);
    constexpr bool kSwapped = kFault == MxFault::kQuartersSwapped;
    constexpr int kSecond = kSwapped ? 2 : 1, kThird = kSwapped ? 1 : 2;
#pragma unroll
    for (int t = 0; t < SwizzleTuning::kTiles; ++t) {
      if (t >= tiles) break;
      store_chunk(call.output + part.chunk(call, t), call.chunks,
                  make_uint4(lines[0].words[t], lines[kSecond].words[t], lines[kThird].words[t],
                             lines[3].words[t]));
    }
  } else {
#pragma unroll
    for (int t = 0; t < SwizzleTuning::kTiles; ++t) {
      const uint4 v = t < tiles ? load_chunk(call.input + part.chunk(call, t), call.chunks)
                                : make_uint4(0, 0, 0, 0);
      lines[0].words[t] = v.x;
      lines[1].words[t] = v.y;
      lines[2].words[t] = v.z;
      lines[3].words[t] = v.w;
    }
#pragma unroll
    for (int q = 0; q < 4; ++q) store_line<kFault>(call, part, q, lines[q]);
  }
}

}  // namespace fp8oracle::cuda
