// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/scheme.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "fp8oracle/error.h"
#include "fp8oracle/operations/operation.h"
#include "fp8oracle/quote.h"

namespace fp8oracle {
namespace {

constexpr std::array<std::string_view, 3> kDirections{"row", "col", "both"};
constexpr std::array<std::string_view, 4> kLayouts{"compact", "padded", "swizzled", "packed"};

std::array<std::string_view, 5> split(std::string_view name) {
  std::array<std::string_view, 5> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t end = i + 1 < parts.size() ? name.find('.', begin) : name.size();
    if (end == std::string_view::npos) {
      throw UsageError("scheme " + quote(name) +
                       ": expected <format>.<granularity>.<directions>.<layout>.<profile>");
    }
    parts[i] = name.substr(begin, end - begin);
    begin = end + 1;
  }
  return parts;
}

template <std::size_t N>
void expect_word(std::string_view word, const std::array<std::string_view, N>& words,
                 const char* what) {
  if (word == "*" || std::find(words.begin(), words.end(), word) != words.end()) return;
  std::string message = "scheme: " + quote(word) + " is not a " + what + " (";
  for (std::size_t i = 0; i < N; ++i) message += (i ? ", " : "") + std::string(words[i]);
  throw UsageError(message + ")");
}

}  // namespace

std::string Scheme::name() const {
  // A profile that means the fnuz formats still calls them e4m3 and e5m2 in scheme names.
  std::string text(format.name.substr(0, 4));
  const std::string granularity = to_string(grid);
  for (const std::string_view part :
       {std::string_view(granularity), directions_to_string(directions), to_string(layout)}) {
    text += '.';
    text += part;
  }
  return text + '.' + profile.name;
}

ResolvedScheme Scheme::resolved() const {
  return {format, grid, directions, layout, profile.knobs_for(format)};
}

AbiScheme Scheme::abi() const { return {resolved(), profile.name}; }

Scheme Scheme::with_directions(unsigned d) const {
  Scheme copy = *this;
  copy.directions = d;
  return copy;
}

Scheme Scheme::with_layout(fp8oracle_layout l) const {
  Scheme copy = *this;
  copy.layout = l;
  return copy;
}

std::vector<fp8oracle_layout> layouts_of(const Grid& grid) {
  if (grid.block_cols == 0) return {FP8ORACLE_LAYOUT_COMPACT};
  if (!grid.is_mx()) return {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED};
  return {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED, FP8ORACLE_LAYOUT_SWIZZLED,
          FP8ORACLE_LAYOUT_PACKED};
}

std::vector<Scheme> schemes_of(const Profile& profile) {
  std::vector<Scheme> schemes;
  for (const Format& named : kSchemeFormats) {
    for (const Grid& grid : profile.grids) {
      // Matrix instructions read blocks of 32 swizzled; packed scales belong to longer blocks.
      const bool is_ocp_mx = grid == kMx32Grid || grid == kMx32x32Grid;
      for (const unsigned directions : {1u, 2u, 3u}) {
        for (const auto layout : layouts_of(grid)) {
          if (is_ocp_mx && layout == FP8ORACLE_LAYOUT_PACKED) continue;
          schemes.push_back({profile.format_for(named), grid, directions, layout, profile});
        }
      }
    }
  }
  return schemes;
}

bool scheme_matches(std::string_view pattern, const Scheme& scheme) {
  const auto wanted = split(pattern);
  expect_word(wanted[0], std::array<std::string_view, 2>{"e4m3", "e5m2"}, "format");
  if (wanted[1] != "*" && !grid_from(wanted[1])) {
    throw UsageError("scheme: " + quote(wanted[1]) +
                     " is not a granularity (tensor, row, mx32, mx32x32, or rows x columns of a "
                     "block: 1x128)");
  }
  expect_word(wanted[2], kDirections, "direction");
  expect_word(wanted[3], kLayouts, "layout");
  const std::string name = scheme.name();
  const auto parts = split(name);
  return std::equal(wanted.begin(), wanted.end(), parts.begin(),
                    [](std::string_view w, std::string_view p) { return w == "*" || w == p; });
}

Scheme parse_scheme(std::string_view name, const Profile& profile) {
  for (const Scheme& scheme : schemes_of(profile)) {
    if (scheme.name() == name) return scheme;
  }
  scheme_matches(name, schemes_of(profile).front());  // throws when a word is unknown
  throw UsageError("scheme " + quote(name) + " is not one of profile " + profile.name);
}

std::string_view directions_to_string(unsigned directions) {
  return kDirections.at(directions - 1);
}
std::string_view to_string(fp8oracle_layout layout) {
  return kLayouts.at(static_cast<std::size_t>(layout));
}

std::string_view to_string(fp8oracle_type type) {
  constexpr std::array<std::string_view, 3> names{"F32", "BF16", "F16"};
  return names.at(static_cast<std::size_t>(type));
}

std::string_view to_string(fp8oracle_operation operation) {
  return fp8oracle::operation(operation).name;
}

std::string_view to_string(fp8oracle_status status) {
  constexpr std::array<std::string_view, 6> names{
      "ok", "invalid argument", "unsupported", "out of memory", "device error", "internal error"};
  return names.at(static_cast<std::size_t>(status));
}

}  // namespace fp8oracle
