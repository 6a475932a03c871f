// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::cpu {

/// Elements along a line that share an E8M0 scale, in every grid that this backend has.
inline constexpr std::int64_t kMxBlock = 32;

/// Which byte of an E8M0 scale_inv belongs to which block [K18, K19].
///
/// `outer` counts across the blocks and `block` along them: rowwise outer = row, columnwise outer =
/// column. Plain layouts are two pitches. The swizzled one is, with i = outer and j = block,
///
///   ((i / 128) * (stored columns / 4) + j / 4) * 512 + (i % 32) * 16 + (i % 128) / 32 * 4 + j % 4
struct ScaleLayout {
  std::int64_t outer_count = 0;  ///< rows or columns; each has scales of its own
  std::int64_t block_count = 0;
  std::int64_t bytes = 0;  ///< of the whole buffer, padding included
  std::int64_t outer_pitch = 0;
  std::int64_t block_pitch = 0;
  std::int64_t tiles_across = 0;
  bool swizzled = false;

  /// Four blocks of a line, the first a multiple of 4, are four bytes in a row.
  bool has_words() const { return swizzled || block_pitch == 1; }
  bool has_padding() const { return bytes != outer_count * block_count; }
  std::int64_t index(std::int64_t outer, std::int64_t block) const {
    if (!swizzled) return outer * outer_pitch + block * block_pitch;
    const std::int64_t tile = (outer / 128) * tiles_across + block / 4;
    return tile * 512 + (outer % 32) * 16 + outer % 128 / 32 * 4 + block % 4;
  }
};

/// Compact, padded or swizzled scales of a [rows, cols] tensor in blocks of kMxBlock.
ScaleLayout scale_layout(const ResolvedScheme& scheme, fp8oracle_direction direction,
                         std::int64_t rows, std::int64_t cols);

/// The E8M0 scales of one direction of a tensor; without codes there are none.
struct BlockScales {
  const std::uint8_t* codes = nullptr;
  ScaleLayout layout;
  bool rowwise = true;

  /// Those of `cols` elements of a row, one an element.
  void of_row(std::int64_t row, std::int64_t col, std::int64_t cols, std::uint8_t* to) const {
    for (std::int64_t c = 0; c < cols; ++c) {
      const std::int64_t outer = rowwise ? row : col + c;
      const std::int64_t block = (rowwise ? col + c : row) / kMxBlock;
      to[c] = codes[layout.index(outer, block)];
    }
  }
};

/// Clears a buffer that has padding: its own backends leave no padding byte unwritten.
void clear_padding(const ScaleLayout& layout, std::uint8_t* scale_inv);

}  // namespace fp8oracle::cpu
