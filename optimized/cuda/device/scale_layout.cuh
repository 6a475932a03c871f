// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::cuda {

/// Elements along a line that share a scale.
inline constexpr std::int64_t kScaledTogether = 32;

/// Which byte of an E8M0 scale_inv belongs to which block [K18, K19].
///
/// A block is number `block` along its line: rowwise a line is a row, columnwise a column. The
/// stored grid is padded_lines x padded_blocks. Plain layouts are two pitches; the swizzled one
/// permutes bytes in tiles of 128 lines x 4 blocks,
///
///   ((line / 128) * tiles_across + block / 4) * 512 + (line % 32) * 16 + (line % 128) / 32 * 4
///       + block % 4
struct ScaleLayout {
  std::int64_t lines;
  std::int64_t blocks;
  std::int64_t padded_lines;
  std::int64_t padded_blocks;
  std::int64_t line_pitch;
  std::int64_t block_pitch;
  std::int64_t tiles_across;
  bool swizzled;

  __host__ __device__ std::int64_t bytes() const { return padded_lines * padded_blocks; }

  __host__ __device__ std::int64_t index(std::int64_t line, std::int64_t block) const {
    if (!swizzled) return line * line_pitch + block * block_pitch;
    const auto i = static_cast<std::uint64_t>(line);
    const auto j = static_cast<std::uint64_t>(block);
    const std::uint64_t tile = (i >> 7) * static_cast<std::uint64_t>(tiles_across) + (j >> 2);
    const std::uint64_t in_tile = ((i & 31) << 4) | ((i >> 5 & 3) << 2) | (j & 3);
    return static_cast<std::int64_t>((tile << 9) | in_tile);
  }

  /// The same for block `n`, counted line by line; of line-major layouts.
  __device__ std::int64_t of_counted(std::int64_t n) const {
    if (!swizzled && line_pitch == blocks) return n;
    return index(n / blocks, n % blocks);
  }

  /// How many places of the stored grid belong to no block.
  __host__ __device__ std::int64_t padding() const { return bytes() - lines * blocks; }

  /// Byte of the n-th such place: first the lines that are padding throughout, then the ends of the
  /// others.
  __device__ std::int64_t padding_index(std::int64_t n) const {
    const std::int64_t whole_lines = (padded_lines - lines) * padded_blocks;
    if (n < whole_lines) return index(lines + n / padded_blocks, n % padded_blocks);
    const std::int64_t rest = padded_blocks - blocks;
    return index((n - whole_lines) / rest, blocks + (n - whole_lines) % rest);
  }
};

/// Precondition: the scheme's grid is mx32 or mx32x32, its layout compact, padded or swizzled.
ScaleLayout scale_layout(const ResolvedScheme& scheme, fp8oracle_direction direction,
                         std::int64_t rows, std::int64_t cols);

/// All threads of the grid write zero to the padding, whatever the profile says about it [K18].
__device__ inline void clear_padding(const ScaleLayout& layout, std::uint8_t* scale_inv) {
  const std::int64_t padding = layout.padding();
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t n = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; n < padding; n += step)
    scale_inv[layout.padding_index(n)] = 0;
}

}  // namespace fp8oracle::cuda
