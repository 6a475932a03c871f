// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/grid.h"

#include <charconv>

namespace fp8oracle {
namespace {

constexpr std::string_view kMxPrefix = "mx";
// Bands have one scale in each of their lines in E8M0 and one alone in FP32; the other way round is
// said.
constexpr std::string_view kRepeated = "-repeated", kOnce = "-once";

/// A block's extent: 1 to 65536, written without zeros in front.
std::optional<std::uint32_t> extent(std::string_view word) {
  constexpr std::uint32_t kLargest = 1u << 16;
  std::uint32_t value = 0;
  const char* end = word.data() + word.size();
  const auto result = std::from_chars(word.data(), end, value);
  const bool whole =
      result.ec == std::errc() && result.ptr == end && !word.empty() && word.front() != '0';
  return whole && value <= kLargest ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string to_string(const Grid& grid) {
  if (grid == kTensorGrid) return "tensor";
  if (grid == kRowGrid) return "row";
  const std::string cols = std::to_string(grid.block_cols);
  if (grid.is_mx() && grid.block_rows == 1) return "mx" + cols;
  std::string word(grid.is_mx() ? kMxPrefix : "");
  word += std::to_string(grid.block_rows) + "x" + cols;
  if (grid.block_rows > 1 && grid.repeat != grid.is_mx()) word += grid.repeat ? kRepeated : kOnce;
  return word;
}

std::optional<Grid> grid_from(std::string_view word) {
  if (word == "tensor") return kTensorGrid;
  if (word == "row") return kRowGrid;
  const bool mx = word.substr(0, kMxPrefix.size()) == kMxPrefix;
  if (mx) word.remove_prefix(kMxPrefix.size());
  const std::string_view suffix = mx ? kOnce : kRepeated;
  const bool suffixed = word.ends_with(suffix);
  if (suffixed) word.remove_suffix(suffix.size());
  const std::size_t cross = word.find('x');
  if (!mx && cross == std::string_view::npos) return std::nullopt;
  const bool line = cross == std::string_view::npos;
  const auto rows = line ? std::optional(1u) : extent(word.substr(0, cross));
  const auto cols = extent(line ? word : word.substr(cross + 1));
  if (!rows || !cols || (mx && !line && *rows == 1)) return std::nullopt;
  if (suffixed && *rows == 1) return std::nullopt;
  Grid grid{*rows, *cols};
  if (mx) grid.scale_type = FP8ORACLE_SCALE_E8M0;
  grid.repeat = *rows > 1 && mx != suffixed;
  return grid;
}

}  // namespace fp8oracle
