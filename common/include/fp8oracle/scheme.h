// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle {

/// All that decides the bits: <format>.<granularity>.<directions>.<layout>.<profile>,
/// e.g. "e4m3.mx32.both.swizzled.torchao-rceil".
struct Scheme {
  Format format;  ///< as the profile means it
  Grid grid;
  unsigned directions = FP8ORACLE_ROWWISE;  ///< fp8oracle_direction bits
  fp8oracle_layout layout = FP8ORACLE_LAYOUT_COMPACT;
  Profile profile;

  std::string name() const;
  ResolvedScheme resolved() const;
  AbiScheme abi() const;
  bool has(fp8oracle_direction d) const { return (directions & static_cast<unsigned>(d)) != 0; }
  Scheme with_directions(unsigned d) const;
  Scheme with_layout(fp8oracle_layout l) const;
};

/// The layouts that the scales of a grid can have.
std::vector<fp8oracle_layout> layouts_of(const Grid& grid);
/// Every scheme that the profile has, in the order format, granularity, directions, layout. mx32 and
/// mx32x32 are in no profile packed.
std::vector<Scheme> schemes_of(const Profile& profile);
/// Whether `name` fits `pattern`, a scheme name with "*" in any place. Throws UsageError when the
/// pattern has an unknown word or not five parts.
bool scheme_matches(std::string_view pattern, const Scheme& scheme);
/// The scheme of exactly this name among the given profile's. Throws UsageError.
Scheme parse_scheme(std::string_view name, const Profile& profile);

std::string_view directions_to_string(unsigned directions);
std::string_view to_string(fp8oracle_layout layout);
std::string_view to_string(fp8oracle_type type);
std::string_view to_string(fp8oracle_operation operation);
std::string_view to_string(fp8oracle_status status);

}  // namespace fp8oracle
