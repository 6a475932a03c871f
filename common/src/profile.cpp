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

fp8oracle_knobs Profile::knobs_for(const Format& format) const {
  fp8oracle_knobs resolved = knobs;
  resolved.struct_size = sizeof resolved;
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

const std::vector<Knob>& knobs() {
  using K = fp8oracle_knobs;
  static const std::vector<Knob> list{
      {"element.overflow",
       &K::element_overflow,
       {{"saturate", FP8ORACLE_OVERFLOW_SATURATE},
        {"nan", FP8ORACLE_OVERFLOW_NAN},
        {"inf", FP8ORACLE_OVERFLOW_INF}}},
      {"element.inf",
       &K::element_inf,
       {{"as overflow", FP8ORACLE_INF_AS_OVERFLOW}, {"saturate", FP8ORACLE_INF_SATURATE}}},
      {"element.nan_code",
       &K::element_nan,
       {{"0x7F", FP8ORACLE_NAN_CANONICAL},
        {"keep sign", FP8ORACLE_NAN_KEEP_SIGN},
        {"0x80", FP8ORACLE_NAN_FNUZ}}},
      {"element.negative_zero",
       &K::element_negative_zero,
       {{"keep", FP8ORACLE_KEEP}, {"drop", FP8ORACLE_DROP}}},
      {"element.subnormals",
       &K::element_subnormals,
       {{"keep", FP8ORACLE_KEEP}, {"flush", FP8ORACLE_DROP}}},
      {"product",
       &K::product,
       {{"x*s", FP8ORACLE_PRODUCT_X_TIMES_SCALE}, {"x/r", FP8ORACLE_PRODUCT_X_OVER_SCALE_INV}}},
      {"amax.nan",
       &K::amax_nan,
       {{"drop", FP8ORACLE_AMAX_DROP_NAN}, {"propagate", FP8ORACLE_AMAX_PROPAGATE_NAN}}},
      {"block.special",
       &K::block_special,
       {{"by element", FP8ORACLE_SPECIAL_BY_ELEMENT},
        {"whole block NaN", FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN}}},
      {"e8m0.round",
       &K::e8m0_round,
       {{"up", FP8ORACLE_E8M0_UP},
        {"floor", FP8ORACLE_E8M0_FLOOR},
        {"ceil", FP8ORACLE_E8M0_CEIL},
        {"even", FP8ORACLE_E8M0_EVEN}}},
      {"e8m0.of_inf", &K::e8m0_of_inf, {{"254", 254}, {"255", 255}}},
      {"e8m0.of_zero", &K::e8m0_of_zero, {{"0", 0}, {"127", 127}}},
      {"scale.of_bad_amax",
       &K::scale_of_bad_amax,
       {{"1", FP8ORACLE_BAD_AMAX_ONE},
        {"0", FP8ORACLE_BAD_AMAX_ZERO},
        {"keep", FP8ORACLE_BAD_AMAX_KEEP}}},
      {"scale.overflow",
       &K::scale_overflow,
       {{"FLT_MAX", FP8ORACLE_SCALE_OVERFLOW_FLT_MAX},
        {"largest of the input type", FP8ORACLE_SCALE_OVERFLOW_INPUT_MAX},
        {"Inf", FP8ORACLE_SCALE_OVERFLOW_INF}}},
      {"scale.pow2", &K::scale_pow2, {{"no", 0}, {"truncate", 1}}},
      {"scale_inv.subnormals",
       &K::scale_inv_subnormals,
       {{"keep", FP8ORACLE_KEEP}, {"flush", FP8ORACLE_DROP}}},
      {"padding",
       &K::padding,
       {{"zero", FP8ORACLE_PADDING_ZERO}, {"unspecified", FP8ORACLE_PADDING_UNSPECIFIED}}},
      {"shapes",
       &K::shapes,
       {{"any", FP8ORACLE_SHAPES_ANY}, {"whole blocks", FP8ORACLE_SHAPES_WHOLE_BLOCKS}}},
      {"mx.columnwise_codes",
       &K::mx_columnwise_codes,
       {{"same", FP8ORACLE_COLUMNWISE_SAME}, {"transposed", FP8ORACLE_COLUMNWISE_TRANSPOSED}}},
  };
  return list;
}

namespace {

Profile te() {
  Profile p;
  p.name = "te";
  p.source = "NVIDIA TransformerEngine d0067d0da";
  p.granularities = {FP8ORACLE_GRANULARITY_TENSOR, FP8ORACLE_GRANULARITY_MX32,
                     FP8ORACLE_GRANULARITY_MX32X32};
  p.knobs.struct_size = sizeof p.knobs;
  p.knobs.e8m0_of_inf = 254;
  p.knobs.padding = FP8ORACLE_PADDING_UNSPECIFIED;
  return p;  // every other knob has the value 0, the first of its list
}

Profile torchao(const char* rule, fp8oracle_e8m0_round round) {
  Profile p;
  p.name = std::string("torchao-") + rule;
  p.source = "pytorch/ao 36027d82d to_mx";
  p.granularities = {FP8ORACLE_GRANULARITY_MX32};
  p.knobs.struct_size = sizeof p.knobs;
  p.knobs.amax_nan = FP8ORACLE_AMAX_PROPAGATE_NAN;
  p.knobs.block_special = FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN;
  p.knobs.e8m0_round = round;
  p.knobs.e8m0_of_inf = 255;
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
