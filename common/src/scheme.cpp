// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/scheme.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "fp8oracle/error.h"
#include "fp8oracle/quote.h"

namespace fp8oracle {
namespace {

constexpr std::array<std::string_view, 5> kGranularities{"tensor", "mx32", "mx32x32", "1x128",
                                                         "128x128"};
constexpr std::array<std::string_view, 3> kDirections{"row", "col", "both"};
constexpr std::array<std::string_view, 3> kLayouts{"compact", "padded", "swizzled"};

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
  for (const std::string_view part :
       {to_string(granularity), directions_to_string(directions), to_string(layout)}) {
    text += '.';
    text += part;
  }
  return text + '.' + profile.name;
}

fp8oracle_scheme Scheme::abi() const {
  fp8oracle_scheme scheme{};
  scheme.struct_size = sizeof scheme;
  scheme.format = format.abi();
  scheme.granularity = granularity;
  scheme.directions = directions;
  scheme.layout = layout;
  std::strncpy(scheme.profile, profile.name.c_str(), sizeof scheme.profile - 1);
  scheme.knobs = profile.knobs_for(format);
  return scheme;
}

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

std::vector<Scheme> schemes_of(const Profile& profile) {
  std::vector<Scheme> schemes;
  for (const Format& named : kSchemeFormats) {
    for (const auto granularity : profile.granularities) {
      for (const unsigned directions : {1u, 2u, 3u}) {
        for (const auto layout :
             {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED, FP8ORACLE_LAYOUT_SWIZZLED}) {
          if (granularity == FP8ORACLE_GRANULARITY_TENSOR && layout != FP8ORACLE_LAYOUT_COMPACT)
            continue;
          schemes.push_back({profile.format_for(named), granularity, directions, layout, profile});
        }
      }
    }
  }
  return schemes;
}

bool scheme_matches(std::string_view pattern, const Scheme& scheme) {
  const auto wanted = split(pattern);
  expect_word(wanted[0], std::array<std::string_view, 2>{"e4m3", "e5m2"}, "format");
  expect_word(wanted[1], kGranularities, "granularity");
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

std::string_view to_string(fp8oracle_granularity granularity) {
  return kGranularities.at(static_cast<std::size_t>(granularity));
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
  constexpr std::array<std::string_view, 9> names{
      "quantize",         "amax",          "scale_from_amax", "dequantize", "swizzle", "unswizzle",
      "quantize_current", "quantize_many", "scale_inverse"};
  return names.at(static_cast<std::size_t>(operation));
}

std::string_view to_string(fp8oracle_status status) {
  constexpr std::array<std::string_view, 6> names{
      "ok", "invalid argument", "unsupported", "out of memory", "device error", "internal error"};
  return names.at(static_cast<std::size_t>(status));
}

}  // namespace fp8oracle
