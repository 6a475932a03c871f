// SPDX-License-Identifier: Apache-2.0
// MX quantize with blocks of 32 along the columns, in bands of 64 rows: columnwise (codes as the
// input or transposed), rowwise beside it from the same read, and 32 x 32 squares.
#include <cstdint>
#include <cstring>

#include "mx_cast.h"
#include "operations.h"
#include "shards.h"
#include "threads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "quantize_mx_bands.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "mx_tile-inl.h"
#include "transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

/// The part of a tensor that one tile covers.
struct TileAt {
  std::int64_t row, col;    ///< of the first element
  std::int64_t rows, cols;  ///< of the tensor
};

void StoreColumnScales(const MxTile& tile, const TileAt& at, const MxOutput& to) {
  const std::int64_t block = at.row / kMxBlock;
  if (!to.layout.swizzled && to.layout.outer_pitch == 1) {
    std::memcpy(to.scale_inv + to.layout.index(at.col, block), tile.scales,
                static_cast<std::size_t>(tile.cols));
    return;
  }
  for (std::int64_t c = 0; c < tile.cols; ++c) {
    to.scale_inv[to.layout.index(at.col + c, block)] = tile.scales[c];
  }
}

/// A square's one scale stands in each of its rows [K18].
void StoreSquareRowScales(const MxTile& tile, const TileAt& at, const MxOutput& to) {
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    for (std::int64_t c = 0; c < tile.cols; c += kMxBlock) {
      to.scale_inv[to.layout.index(at.row + r, (at.col + c) / kMxBlock)] = tile.scales[c];
    }
  }
}

/// The rowwise side of a tile; `square` tiles have one scale for both sides, so equal codes.
void RowwiseFromTile(const MxTile& tile, const TileAt& at, const MxCast& cast) {
  if (cast.square) {
    EncodeTile(tile, cast.rule, cast.rowwise.codes + at.row * at.cols + at.col, at.cols,
               cast.stream);
    StoreSquareRowScales(tile, at, cast.rowwise);
    return;
  }
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    QuantizeMxRow(tile.values[r], at.row + r, at.col, at.cols, tile.cols, cast);
  }
}

/// Down the band first, then one tile to the right.
HWY_INLINE void NextTile(const fp8oracle_matrix& input, const Rectangle& part, std::int64_t row,
                         std::int64_t col, std::int64_t element_bytes, MxTile& tile) {
  const bool below = row + kMxBlock < part.row_end;
  const std::int64_t next_row = below ? row + kMxBlock : part.row_begin;
  const std::int64_t next_col = below ? col : col + kTileCols;
  tile.next_rows = next_col < part.col_end ? HWY_MIN(kMxBlock, part.row_end - next_row) : 0;
  if (tile.next_rows == 0) return;
  tile.next_pitch = input.row_stride * element_bytes;
  tile.next_bytes = HWY_MIN(kTileCols, part.col_end - next_col) * element_bytes;
  tile.next = static_cast<const char*>(input.data.data) + next_row * tile.next_pitch +
              next_col * element_bytes;
}

template <class T>
HWY_INLINE void MxBandOf(const fp8oracle_matrix& input, const Rectangle& part, const MxCast& cast) {
  const MxOutput& to = cast.columnwise;
  MxTile tile;
  alignas(64) std::uint8_t codes[kUnit][kTileCols];  // of a band, where they are to be transposed
  const VI nan_limit = NanLimit(cast.e8m0.propagate_nan);
  for (std::int64_t col = part.col_begin; col < part.col_end; col += kTileCols) {
    tile.cols = HWY_MIN(kTileCols, part.col_end - col);
    for (std::int64_t row = part.row_begin; row < part.row_end; row += kMxBlock) {
      tile.rows = HWY_MIN(kMxBlock, part.row_end - row);
      const TileAt at{row, col, input.rows, input.cols};
      LoadTile(static_cast<const T*>(input.data.data) + row * input.row_stride + col,
               input.row_stride, nan_limit, tile);
      NextTile(input, part, row, col, sizeof(T), tile);
      if (cast.square) SpreadAmax(tile);
      ScaleTile(cast.e8m0, tile);
      if (cast.rowwise.wanted) RowwiseFromTile(tile, at, cast);
      if (!to.wanted) continue;
      StoreColumnScales(tile, at, to);
      if (to.transposed) {
        EncodeTile(tile, cast.rule, codes[row - part.row_begin], kTileCols, false);
      } else {
        EncodeTile(tile, cast.rule, to.codes + row * at.cols + col, at.cols, cast.stream);
      }
    }
    if (to.wanted && to.transposed) {
      TransposeBand(&codes[0][0], kTileCols, to.codes + col * input.rows + part.row_begin,
                    input.rows, part.rows(), tile.cols, cast.stream);
    }
  }
}

void QuantizeMxBand(const fp8oracle_matrix& input, const Rectangle& part, const MxCast& cast) {
  switch (input.type) {
    case FP8ORACLE_BF16: MxBandOf<Bf16>(input, part, cast); break;
    case FP8ORACLE_F16: MxBandOf<F16>(input, part, cast); break;
    default: MxBandOf<float>(input, part, cast); break;
  }
  if (cast.stream) hwy::FlushStream();
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fp8oracle::cpu {

HWY_EXPORT(QuantizeMxBand);

void quantize_mx_bands(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  const MxCast cast = mx_cast(scheme, args);
  const Shards shards = band_shards(args.input.rows, args.input.cols);
  if (args.input.rows == 0 || args.input.cols == 0) return;
  parallel_for(shards.count(), args.input.rows * args.input.cols, [&](std::int64_t i) {
    HWY_DYNAMIC_DISPATCH(QuantizeMxBand)(args.input, shards.at(i), cast);
  });
}

}  // namespace fp8oracle::cpu
#endif  // HWY_ONCE
