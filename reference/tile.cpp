// SPDX-License-Identifier: Apache-2.0
#include "reference/tile.h"

#include "reference/narrow.h"
#include "reference/widen.h"

namespace fp8oracle::reference {
namespace {

using CodesBlock = Eigen::Map<CodeTile, Eigen::Unaligned, Eigen::OuterStride<>>;

unsigned char* address(const fp8oracle_matrix& matrix, std::int64_t row, std::int64_t col) {
  const std::int64_t size = size_of(static_cast<fp8oracle_type>(matrix.type));
  return static_cast<unsigned char*>(matrix.data.data) + (row * matrix.row_stride + col) * size;
}

/// The stored block of the window, with the rows and columns as they are stored.
CodesBlock stored_block(const CodesView& view, Window w) {
  if (view.shape.transposed) w = {w.col, w.row, w.cols, w.rows};
  return CodesBlock(view.codes + w.row * view.shape.cols + w.col, w.rows, w.cols,
                    Eigen::OuterStride<>(view.shape.cols));
}

}  // namespace

Tile load_tile(const fp8oracle_matrix& matrix, const Window& window) {
  Tile tile(window.rows, window.cols);
  for (Eigen::Index r = 0; r < tile.rows(); ++r) {
    widen_all(static_cast<fp8oracle_type>(matrix.type), address(matrix, window.row + r, window.col),
              tile.cols(), tile.row(r).data());
  }
  return tile;
}

void store_tile(const Tile& tile, const fp8oracle_matrix& matrix, const Window& window) {
  for (Eigen::Index r = 0; r < tile.rows(); ++r) {
    narrow_all(static_cast<fp8oracle_type>(matrix.type), tile.row(r).data(), tile.cols(),
               address(matrix, window.row + r, window.col));
  }
}

CodeTile encode_tile(const Format& format, const ElementRules& rules, const Tile& scaled) {
  CodeTile codes(scaled.rows(), scaled.cols());
  const auto size = static_cast<std::size_t>(scaled.size());
  encode_all(format, rules, {scaled.data(), size}, {codes.data(), size});
  return codes;
}

void store_codes(const CodeTile& tile, const CodesView& to, const Window& window) {
  CodesBlock block = stored_block(to, window);
  if (to.shape.transposed) {
    block = tile.transpose();
  } else {
    block = tile;
  }
}

CodeTile load_codes(const CodesView& from, const Window& window) {
  const CodesBlock block = stored_block(from, window);
  if (from.shape.transposed) return block.transpose();
  return block;
}

}  // namespace fp8oracle::reference
