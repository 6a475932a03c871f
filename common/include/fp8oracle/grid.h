// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fp8oracle/backend.h"

namespace fp8oracle {

/// Which elements share a scale, as data: blocks of block_rows x block_cols, 0 meaning all of them.
/// Columnwise it is the same grid on the transpose. What a grid means is read off these numbers; no
/// list of granularities exists.
struct Grid {
  std::uint32_t block_rows = 0;
  std::uint32_t block_cols = 0;
  fp8oracle_scale_type scale_type = FP8ORACLE_SCALE_F32;
  bool repeat = false;  ///< a block's one scale stands once in each of its rows
  std::uint32_t levels = 1;

  /// One scale for the whole tensor: a recipe hands it to the cast. In every other grid a block's
  /// scale is made from the block's own amax.
  constexpr bool scale_is_given() const { return block_rows == 0 && block_cols == 0; }
  /// E8M0, the MX formats: scales are bytes, and powers of two.
  constexpr bool is_mx() const { return scale_type == FP8ORACLE_SCALE_E8M0; }
  constexpr std::int64_t scale_bytes() const { return scale_type == FP8ORACLE_SCALE_F32 ? 4 : 1; }
  friend constexpr bool operator==(const Grid&, const Grid&) = default;
};

inline constexpr Grid kTensorGrid{};
inline constexpr Grid kRowGrid{1, 0};
inline constexpr Grid kMx32Grid{1, 32, FP8ORACLE_SCALE_E8M0};
inline constexpr Grid kMx32x32Grid{32, 32, FP8ORACLE_SCALE_E8M0, true};

/// "tensor", "row", "1x128", "3x5" (FP32); "mx32" (1 x 32), "mx32x32" (E8M0, repeated). Rarer:
/// "3x5-repeated" (FP32), "mx3x5-once" (E8M0, not repeated). No two legal grids have one word.
std::string to_string(const Grid& grid);
/// The grid of such a word, or nothing.
std::optional<Grid> grid_from(std::string_view word);

}  // namespace fp8oracle
