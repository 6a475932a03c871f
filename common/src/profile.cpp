// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/profile.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "fp8oracle/error.h"
#include "fp8oracle/quote.h"

namespace fp8oracle {

Format Profile::format_for(const Format& named) const {
  if (knobs.element_nan != FP8ORACLE_NAN_FNUZ) return named;
  return named.exponent_bits == kE4M3.exponent_bits ? kE4M3Fnuz : kE5M2Fnuz;
}

Knobs Profile::knobs_for(const Format& format) const {
  Knobs resolved = knobs;
  resolved.element_max_code = format.max_code;
  const double max = element_max[format.exponent_bits == kE4M3.exponent_bits ? 0 : 1];
  if (max == 0) return resolved;
  for (unsigned code = 1; code <= format.max_code; ++code) {
    const unsigned e = code >> format.mantissa_bits;
    const unsigned m = (code & format.mantissa_mask()) + (e > 0 ? 1u << format.mantissa_bits : 0u);
    const int exponent =
        static_cast<int>(std::max(e, 1u)) - format.bias - static_cast<int>(format.mantissa_bits);
    if (std::ldexp(static_cast<double>(m), exponent) == max) {
      resolved.element_max_code = code;
      return resolved;
    }
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", max);
  throw UsageError("profile " + name + ": element.max " + text + " is no value of " +
                   std::string(format.name));
}

namespace {

Profile te() {
  Profile p;
  p.name = "te";
  p.source = "NVIDIA TransformerEngine d0067d0da";
  p.grids = {kTensorGrid, kMx32Grid, kMx32x32Grid};
  return p;  // every knob has the value 0, the first of its list
}

Profile torchao(const char* rule, fp8oracle_e8m0_round round) {
  Profile p;
  p.name = std::string("torchao-") + rule;
  p.source = "pytorch/ao 36027d82d to_mx";
  p.grids = {kMx32Grid};
  p.knobs.amax_nan = FP8ORACLE_AMAX_PROPAGATE_NAN;
  p.knobs.block_special = FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  p.knobs.e8m0_round = round;
  p.knobs.e8m0_of_inf = FP8ORACLE_E8M0_INF_IS_255;
  p.knobs.padding = FP8ORACLE_PADDING_ZERO;
  p.knobs.shapes = FP8ORACLE_SHAPES_WHOLE_BLOCKS;
  p.knobs.mx_columnwise_codes = FP8ORACLE_COLUMNWISE_TRANSPOSED;
  return p;
}

}  // namespace

const std::vector<Profile>& builtin_profiles() {
  static const std::vector<Profile> list{
      te(), torchao("rceil", FP8ORACLE_E8M0_UP), torchao("floor", FP8ORACLE_E8M0_FLOOR),
      torchao("even", FP8ORACLE_E8M0_EVEN), torchao("ceil", FP8ORACLE_E8M0_CEIL)};
  return list;
}

const Profile& find_profile(std::string_view name) {
  const std::string_view wanted = name == "ocp-mx" ? "torchao-floor" : name;
  std::string known;
  for (const Profile& profile : builtin_profiles()) {
    if (profile.name == wanted) return profile;
    known += profile.name + ", ";
  }
  throw UsageError("unknown profile " + quote(name) + " (" + known +
                   "ocp-mx, or a file ending in .json)");
}

}  // namespace fp8oracle
