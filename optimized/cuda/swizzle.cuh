// SPDX-License-Identifier: Apache-2.0
// E8M0 scales from a plain layout (compact or padded) to the swizzled one and back [K19].
//
//   thread  16 bytes of the swizzled layout: 4 blocks of the lines r, r + 32, r + 64, r + 96
//   warp    one tile of 512 bytes, so swizzled bytes are moved 16 a lane; the plain side meets its
//           sectors in the L1: neighbouring warps have neighbouring tiles
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
  bool words;   // four blocks of a line are an aligned word of the plain side
  bool chunks;  // the swizzled side is 16-byte aligned
};

struct SwizzleTuning {
  static constexpr int kThreads = 256;
};

/// Four bytes that stand in a line from `block` on; those of no block are zero.
template <MxFault kFault>
__device__ __forceinline__ std::uint32_t load_plain(const SwizzleCall& call, std::int64_t line,
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
__device__ __forceinline__ void store_plain(const SwizzleCall& call, std::int64_t line,
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

__device__ __forceinline__ uint4 load_chunk(const std::uint8_t* from, bool whole) {
  if (whole) return *reinterpret_cast<const uint4*>(from);
  std::uint32_t words[4] = {};
#pragma unroll
  for (int i = 0; i < 16; ++i) words[i / 4] |= std::uint32_t{from[i]} << (i % 4 * 8);
  return make_uint4(words[0], words[1], words[2], words[3]);
}
__device__ __forceinline__ void store_chunk(std::uint8_t* to, bool whole,
                                            const std::uint32_t (&words)[4]) {
  if (whole) {
    *reinterpret_cast<uint4*>(to) = make_uint4(words[0], words[1], words[2], words[3]);
    return;
  }
#pragma unroll
  for (int i = 0; i < 16; ++i) to[i] = static_cast<std::uint8_t>(words[i / 4] >> (i % 4 * 8));
}

template <bool kToSwizzled, MxFault kFault = MxFault::kNone>
__global__ void __launch_bounds__(SwizzleTuning::kThreads)
    swizzle_kernel(const __grid_constant__ SwizzleCall call) {
  begin_kernel();
  const std::int64_t chunk = std::int64_t{blockIdx.x} * SwizzleTuning::kThreads + threadIdx.x;
  if (chunk * 16 >= call.swizzled.bytes()) return;
  const std::int64_t tile = chunk / 32;
  const std::int64_t line = tile / call.swizzled.tiles_across * 128 + chunk % 32;
  const std::int64_t block = tile % call.swizzled.tiles_across * 4;
  if constexpr (kToSwizzled) {
    std::uint32_t words[4];
#pragma unroll
    for (int q = 0; q < 4; ++q) words[q] = load_plain<kFault>(call, line + q * 32, block);
    if (kFault == MxFault::kQuartersSwapped) {
      const std::uint32_t second = words[1];
      words[1] = words[2];
      words[2] = second;
    }
    store_chunk(call.output + chunk * 16, call.chunks, words);
  } else {
    const uint4 v = load_chunk(call.input + chunk * 16, call.chunks);
    store_plain(call, line, block, v.x);
    store_plain(call, line + 32, block, v.y);
    store_plain(call, line + 64, block, v.z);
    store_plain(call, line + 96, block, v.w);
  }
}

}  // namespace fp8oracle::cuda
