// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/layout.h"
#include "fp8oracle/resolved_scheme.h"
#include "fp8oracle/scale_grid.h"

namespace fp8oracle {

/// The scales of one direction of a quantized tensor: how many there are, which elements share one,
/// and where each is stored [K18, K19]. The one place that knows, for the harness and the
/// reference; the optimized sides compute their own.
///
/// The matrix is cut along its lines, which are its rows (rowwise) or its columns (columnwise: the
/// same grid on the transpose). Scale (i, j) belongs to the i-th line, or band of block_rows lines,
/// and is number j along it. Where the grid repeats, every line of a band has its own copy.
///
///   line-major    i * cols + j                     block-major   j * cols + i
///   swizzled      ((i/128) * (cols/4) + j/4) * 512 + (i%32) * 16 + ((i%128)/32) * 4 + j%4
///   packed        ((j/4) * (rows of words) + i) * 4 + j%4
///
/// compact is line-major, and so is padded; but MX columnwise scales of codes that are not
/// transposed, and padded FP32 scales of single lines (1x128), are block-major.
/// Padding: MX [lines to 128, blocks to 4]; FP32 rows of single lines to 4, of bands blocks to 4.
struct ScaleGrid {
  enum class Order { kLineMajor, kBlockMajor, kSwizzled, kPacked };

  std::int64_t rows = 0;       ///< stored rows, padding included
  std::int64_t cols = 0;       ///< stored columns, padding included
  std::int64_t used_rows = 0;  ///< rows that carry scales (before swizzling)
  std::int64_t used_cols = 0;
  std::int64_t element_bytes = 1;  ///< 4: FP32, 1: E8M0
  Order order = Order::kLineMajor;
  Grid grid;
  bool rowwise = true;
  std::int64_t input_rows = 0, input_cols = 0;

  std::int64_t elements() const { return rows * cols; }
  std::int64_t bytes() const { return elements() * element_bytes; }
  std::int64_t lines() const { return order == Order::kBlockMajor ? used_cols : used_rows; }
  std::int64_t blocks() const { return order == Order::kBlockMajor ? used_rows : used_cols; }
  /// Whether padding cannot be told from scales by row and column; it is zero then.
  bool permuted() const { return order == Order::kSwizzled || order == Order::kPacked; }

  /// Element index of scale (i, j).
  std::int64_t place(std::int64_t i, std::int64_t j) const;
  /// Element index of the scale that belongs to element (row, col) of the input.
  std::int64_t index(std::int64_t row, std::int64_t col) const {
    const std::int64_t line = rowwise ? row : col, along = rowwise ? col : row;
    return place(lines_of_a_scale() == 0 ? 0 : line / lines_of_a_scale(),
                 grid.block_cols == 0 ? 0 : along / grid.block_cols);
  }
  /// Lines that have one stored scale in common; 0 = all.
  std::int64_t lines_of_a_scale() const { return grid.repeat ? 1 : grid.block_rows; }
  /// The elements of the input that share a scale with element (row, col), what exists of them.
  Window block(std::int64_t row, std::int64_t col) const;
};

/// Preconditions: rows, cols >= 0, rows * cols representable, one bit in `direction`.
ScaleGrid scale_grid(const ResolvedScheme& scheme, fp8oracle_direction direction, std::int64_t rows,
                     std::int64_t cols);

}  // namespace fp8oracle
