// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"
#include "fp8oracle/layout.h"

namespace fp8oracle::reference {

/// Where the scale_inv of an element stands in the stored scale_inv [K18, K19].
///
/// A block belongs to line i (rowwise: the row; columnwise: the column) and is number j along it
/// (the other coordinate / 32). With `stride` the padded number of blocks a line, and tiles =
/// stride / 4:
///
///   compact, padded     i * stride + j, or transposed where columnwise codes are not
///   swizzled            ((i/128) * tiles + j/4) * 512 + (i%32) * 16 + ((i%128)/32) * 4 + j%4
///
/// The swizzle permutes bytes inside tiles of 128 lines x 4 blocks; columnwise it is of the
/// transpose.
class ScaleInvLayout {
 public:
  ScaleInvLayout(const fp8oracle_scheme& scheme, fp8oracle_direction direction, std::int64_t rows,
                 std::int64_t cols);

  /// Element index of the scale_inv that belongs to element (row, col) of the input.
  std::int64_t index(std::int64_t row, std::int64_t col) const {
    if (kind_ == Kind::kOneForAll) return 0;
    const std::int64_t line = rowwise_ ? row : col;
    const std::int64_t block = (rowwise_ ? col : row) / kMxBlock;
    if (kind_ == Kind::kSwizzled) return swizzled(line, block);
    return kind_ == Kind::kBlockMajor ? block * stride_ + line : line * stride_ + block;
  }

 private:
  enum class Kind { kOneForAll, kLineMajor, kBlockMajor, kSwizzled };

  std::int64_t swizzled(std::int64_t line, std::int64_t block) const {
    const std::int64_t tile = line / 128 * (stride_ / 4) + block / 4;
    return tile * 512 + line % 32 * 16 + line % 128 / 32 * 4 + block % 4;
  }

  Kind kind_ = Kind::kOneForAll;
  bool rowwise_ = true;
  std::int64_t stride_ = 1;
};

/// The same for one element. Precondition: 0 <= row < rows, 0 <= col < cols.
std::int64_t scale_inv_index(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                             std::int64_t rows, std::int64_t cols, std::int64_t row,
                             std::int64_t col);

/// Index of the code of element (row, col) in the stored codes.
std::int64_t code_index(const fp8oracle_scheme& scheme, fp8oracle_direction direction,
                        std::int64_t rows, std::int64_t cols, std::int64_t row, std::int64_t col);

/// Copies every block's scale from its plain place (compact or padded) to its swizzled one. Padding
/// of the output is zero; padding of the input is not read.
void swizzle(const fp8oracle_swizzle_args& args);
/// The way back.
void unswizzle(const fp8oracle_swizzle_args& args);

}  // namespace fp8oracle::reference
