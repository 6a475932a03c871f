// SPDX-License-Identifier: Apache-2.0
#include "reference/block.h"

#include <algorithm>
#include <cstring>

#include "fp8oracle/scale_grid.h"
#include "reference/codec.h"
#include "reference/quantize.h"
#include "reference/tile.h"

namespace fp8oracle::reference {
namespace {

/// One direction of the tensor, seen along its lines: rowwise the rows of the input, columnwise its
/// columns. Everything below speaks of [line, position along it].
class Direction {
 public:
  Direction(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
            fp8oracle_direction direction, const fp8oracle_pair& pair)
      : grid_(scheme.grid),
        input_(args.input),
        rowwise_(direction == FP8ORACLE_ROWWISE),
        format_(scheme.format),
        knobs_(scheme.knobs),
        e8m0_(e8m0_rules(scheme.format, scheme.knobs)),
        element_(element_rules(scheme.format, scheme.knobs)),
        scales_(scale_grid(scheme, direction, args.input.rows, args.input.cols)),
        scale_inv_(pair.scale_inv),
        codes_{static_cast<std::uint8_t*>(pair.codes.data),
               codes_shape(scheme, direction, args.input.rows, args.input.cols)} {
    options_.input_type = static_cast<fp8oracle_type>(args.input.type);
  }

  void quantize() {
    if (scale_inv_.bytes != 0) std::memset(scale_inv_.data, 0, scale_inv_.bytes);
    const std::int64_t lines = rowwise_ ? input_.rows : input_.cols;
    const std::int64_t band = band_lines();
    // Several bands at a time, so that columns are not read one by one.
    const std::int64_t at_once = ceil_div(std::int64_t{32}, band) * band;
    for (std::int64_t line = 0; line < lines; line += at_once)
      quantize_lines(line, std::min(at_once, lines - line));
  }

 private:
  std::int64_t band_lines() const { return grid_.block_rows; }
  std::int64_t along() const { return rowwise_ ? input_.cols : input_.rows; }
  std::int64_t block_length() const {
    return grid_.block_cols == 0 ? std::max<std::int64_t>(along(), 1) : grid_.block_cols;
  }
  Window window(std::int64_t line, std::int64_t count) const {
    return rowwise_ ? Window{line, 0, count, along()} : Window{0, line, along(), count};
  }

  /// `count` lines from `first`: whole bands, or what the edge leaves of the last one.
  void quantize_lines(std::int64_t first, std::int64_t count) {
    const Tile read = load_tile(input_, window(first, count));
    const Tile x = rowwise_ ? read : Tile(read.transpose());
    Tile scaled(x.rows(), x.cols());
    const std::int64_t blocks = scales_.blocks();
    for (std::int64_t line = 0; line < count; line += band_lines()) {
      const std::int64_t height = std::min(band_lines(), count - line);
      for (std::int64_t j = 0; j < blocks; ++j) {
        const std::int64_t begin = j * block_length();
        const std::int64_t length = std::min(block_length(), along() - begin);
        const auto block = x.block(line, begin, height, length);
        const BlockScale scale = grid_.is_mx() ? e8m0_scale(block, e8m0_, knobs_)
                                               : free_scale(block, format_, knobs_, options_);
        store_scale(first + line, height, j, scale.scale_inv);
        scaled.block(line, begin, height, length) = product(block, scale.scale);
      }
    }
    const CodeTile codes =
        encode_tile(format_, element_, rowwise_ ? scaled : Tile(scaled.transpose()));
    store_codes(codes, codes_, window(first, count));
  }

  /// The numbers that are encoded. A NaN scale makes all of them the NaN whose code is the
  /// canonical one, whatever their signs.
  template <typename Derived>
  Tile product(const Eigen::ArrayBase<Derived>& block, float scale) const {
    if (std::isnan(scale)) return Tile::Constant(block.rows(), block.cols(), scale);
    return grid_.is_mx() ? with_signs_of_nans(Tile(block * scale), block)
                         : reference::scaled(block, scale, knobs_);
  }

  /// Once for the band, or once for each of its lines.
  void store_scale(std::int64_t line, std::int64_t height, std::int64_t j, std::uint32_t bits) {
    const std::int64_t copies = grid_.repeat ? height : 1;
    for (std::int64_t copy = 0; copy < copies; ++copy) {
      const auto at = static_cast<std::size_t>(
          scales_.place(line / scales_.lines_of_a_scale() + copy, j) * scales_.element_bytes);
      // Little-endian: the first byte of an E8M0 code is all of it.
      std::memcpy(static_cast<char*>(scale_inv_.data) + at, &bits,
                  static_cast<std::size_t>(scales_.element_bytes));
    }
  }

  const Grid grid_;
  const fp8oracle_matrix& input_;
  const bool rowwise_;
  const Format format_;
  const Knobs knobs_;
  const E8m0Rules e8m0_;
  ScaleOptions options_;  ///< of FP32 scales
  const ElementRules element_;
  const ScaleGrid scales_;
  const fp8oracle_buffer scale_inv_;
  const CodesView codes_;
};

}  // namespace

void quantize_blocks(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  if (scheme.has(FP8ORACLE_ROWWISE))
    Direction(scheme, args, FP8ORACLE_ROWWISE, args.rowwise).quantize();
  if (scheme.has(FP8ORACLE_COLUMNWISE))
    Direction(scheme, args, FP8ORACLE_COLUMNWISE, args.columnwise).quantize();
}

}  // namespace fp8oracle::reference
