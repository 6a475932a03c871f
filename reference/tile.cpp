// SPDX-License-Identifier: Apache-2.0
#include "reference/tile.h"

#include "reference/narrow.h"
#include "reference/widen.h"

namespace fp8oracle::reference {
namespace {

using Codes = Eigen::Array<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using CodesBlock = Eigen::Map<Codes, Eigen::Unaligned, Eigen::OuterStride<>>;

Eigen::Index rest(std::int64_t size, std::int64_t at) {
  return static_cast<Eigen::Index>(std::min<std::int64_t>(kTile, size - at));
}

unsigned char* address(const fp8oracle_matrix& matrix, std::int64_t row, std::int64_t col) {
  const std::int64_t size = size_of(static_cast<fp8oracle_type>(matrix.type));
  return static_cast<unsigned char*>(matrix.data.data) + (row * matrix.row_stride + col) * size;
}

/// The stored block of the tile at (row, col), with the rows and columns as they are stored.
CodesBlock stored_block(const CodesView& view, std::int64_t row, std::int64_t col) {
  if (view.shape.transposed) std::swap(row, col);
  return CodesBlock(view.codes + row * view.shape.cols + col, rest(view.shape.rows, row),
                    rest(view.shape.cols, col), Eigen::OuterStride<>(view.shape.cols));
}

}  // namespace

Tile load_tile(const fp8oracle_matrix& matrix, std::int64_t row, std::int64_t col) {
  Tile tile(rest(matrix.rows, row), rest(matrix.cols, col));
  for (Eigen::Index r = 0; r < tile.rows(); ++r) {
    widen_all(static_cast<fp8oracle_type>(matrix.type), address(matrix, row + r, col), tile.cols(),
              tile.row(r).data());
  }
  return tile;
}

void store_tile(const Tile& tile, const fp8oracle_matrix& matrix, std::int64_t row,
                std::int64_t col) {
  for (Eigen::Index r = 0; r < tile.rows(); ++r) {
    narrow_all(static_cast<fp8oracle_type>(matrix.type), tile.row(r).data(), tile.cols(),
               address(matrix, row + r, col));
  }
}

CodeTile encode_tile(const Format& format, const ElementRules& rules, const Tile& scaled) {
  CodeTile codes(scaled.rows(), scaled.cols());
  const auto size = static_cast<std::size_t>(scaled.size());
  encode_all(format, rules, {scaled.data(), size}, {codes.data(), size});
  return codes;
}

void store_codes(const CodeTile& tile, const CodesView& to, std::int64_t row, std::int64_t col) {
  CodesBlock block = stored_block(to, row, col);
  if (to.shape.transposed) {
    block = tile.transpose();
  } else {
    block = tile;
  }
}

CodeTile load_codes(const CodesView& from, std::int64_t row, std::int64_t col) {
  const CodesBlock block = stored_block(from, row, col);
  if (from.shape.transposed) return block.transpose();
  return block;
}

}  // namespace fp8oracle::reference
