// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/grid.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle {

/// One library's policy choices over all granularities. Plain data; see docs/profiles.md.
struct Profile {
  std::string name;
  std::string source;  ///< where the choices were read
  std::vector<Grid> grids;
  Knobs knobs{};  ///< element_max_code is filled in per format, see knobs_for()
  double element_max[2] =
      {};  ///< knob element.max per format of kSchemeFormats; 0 = the format's own

  /// The format that this profile means by "e4m3" or "e5m2" (a NaN code of 0x80 selects fnuz).
  Format format_for(const Format& named) const;
  /// The knobs for one format, element_max_code resolved. Throws UsageError when element.max is not
  /// the value of a finite code.
  Knobs knobs_for(const Format& named) const;
};

/// te, torchao-rceil, torchao-floor, torchao-even, torchao-ceil.
const std::vector<Profile>& builtin_profiles();
/// By name or alias (ocp-mx = torchao-floor). Throws UsageError that lists the names.
const Profile& find_profile(std::string_view name);
/// Reads a profile file (JSON). Throws UsageError naming the file and the key.
Profile load_profile(const std::string& path);
/// The text of such a file; load_profile reads it back unchanged.
std::string profile_to_json(const Profile& profile);
Profile profile_from_json(const std::string& text, const std::string& where);

}  // namespace fp8oracle
