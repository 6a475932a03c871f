// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/scheme.h"

#include <algorithm>
#include <memory>
#include <set>

#include "fp8oracle/operations/arguments.h"
#include "support.h"

namespace fp8oracle {
namespace {

TEST(Scheme, EveryNameOfEveryProfileIsReadBackAndMatchesItself) {
  std::set<std::string> names;
  for (const Profile& profile : builtin_profiles()) {
    for (const Scheme& scheme : schemes_of(profile)) {
      const std::string name = scheme.name();
      EXPECT_TRUE(names.insert(name).second) << name << " twice";
      EXPECT_EQ(parse_scheme(name, profile).name(), name);
      EXPECT_TRUE(scheme_matches(name, scheme));
    }
  }
  // te: 2 formats x 3 directions x (1 + 3 + 3 layouts); each torchao: 2 x 3 x 3.
  EXPECT_EQ(names.size(), 42u + 4 * 18u);
}

TEST(Scheme, AStarFitsOneWordInAnyPlace) {
  const Scheme scheme = scheme_named("e5m2.mx32.both.swizzled.torchao-rceil");
  for (const char* pattern : {"*.*.*.*.*", "e5m2.*.*.*.*", "*.mx32.*.*.*", "*.*.both.*.*",
                              "*.*.*.swizzled.*", "*.*.*.*.torchao-rceil"}) {
    EXPECT_TRUE(scheme_matches(pattern, scheme)) << pattern;
  }
  for (const char* pattern : {"e4m3.*.*.*.*", "*.mx32x32.*.*.*", "*.*.row.*.*", "*.*.*.padded.*",
                              "*.*.*.*.te", "*.*.*.*.torchao"}) {
    EXPECT_FALSE(scheme_matches(pattern, scheme)) << pattern;
  }
}

TEST(Scheme, AnUnknownWordIsNamed) {
  const Scheme scheme = scheme_named("e4m3.tensor.row.compact.te");
  const auto message = [&](const char* pattern) {
    return usage_error([&] { scheme_matches(pattern, scheme); });
  };
  EXPECT_EQ(message("e4m4.*.*.*.*"), "scheme: 'e4m4' is not a format (e4m3, e5m2)");
  EXPECT_EQ(message("*.mx.*.*.*"),
            "scheme: 'mx' is not a granularity (tensor, row, mx32, mx32x32, or rows x columns of a "
            "block: 1x128)");
  EXPECT_EQ(message("*.*.rows.*.*"), "scheme: 'rows' is not a direction (row, col, both)");
  EXPECT_EQ(message("*.*.*.dense.*"),
            "scheme: 'dense' is not a layout (compact, padded, swizzled, packed)");
  EXPECT_EQ(message("*.*.*.*"),
            "scheme '*.*.*.*': expected <format>.<granularity>.<directions>.<layout>.<profile>");
}

TEST(Scheme, ANameThatTheProfileLacksIsAnError) {
  const Profile& te = find_profile("te");
  EXPECT_EQ(usage_error([&] { parse_scheme("e4m3.tensor.row.padded.te", te); }),
            "scheme 'e4m3.tensor.row.padded.te' is not one of profile te");
  EXPECT_NE(usage_error([&] { parse_scheme("*.tensor.row.compact.te", te); }), "");
}

TEST(Scheme, AHostileNameBecomesOneShortLine) {
  const std::string hostile = std::string(5000, 'a') + "\n\x1b[31m";
  expect_one_line("x: " + usage_error([&] { parse_scheme(hostile, find_profile("te")); }), "x");
  expect_one_line("x: " + usage_error([&] { find_profile(hostile); }), "x");
}

TEST(Scheme, CarriesTheNumbersOfItsFormatAndTheKnobsOfItsProfile) {
  const ResolvedScheme s = scheme_named("e5m2.mx32.col.padded.torchao-even").resolved();
  EXPECT_TRUE(kE5M2.same_bits(s.format.abi()));
  EXPECT_EQ(s.grid, kMx32Grid);
  EXPECT_EQ(s.directions, static_cast<unsigned>(FP8ORACLE_COLUMNWISE));
  EXPECT_EQ(s.layout, FP8ORACLE_LAYOUT_PADDED);
  EXPECT_EQ(s.knobs.e8m0_round, FP8ORACLE_E8M0_EVEN);
  EXPECT_EQ(s.knobs.element_max_code, 0x7Bu);
}

TEST(Scheme, FnuzKeepsTheNamesE4m3AndE5m2) {
  Profile profile = find_profile("te");
  profile.name = "amd";
  profile.knobs.element_nan = FP8ORACLE_NAN_FNUZ;
  profile.knobs.element_negative_zero = FP8ORACLE_DROP;
  const Scheme scheme = parse_scheme("e4m3.tensor.row.compact.amd", profile);
  EXPECT_TRUE(kE4M3Fnuz.same_bits(scheme.resolved().format.abi()));
  EXPECT_EQ(scheme.name(), "e4m3.tensor.row.compact.amd");
}

TEST(Layouts, AreThoseThatTheCheckOfASchemeTakes) {
  for (const Grid& grid :
       {kTensorGrid, kRowGrid, Grid{1, 128}, Grid{3, 5, FP8ORACLE_SCALE_F32, true}, kMx32Grid,
        kMx32x32Grid, Grid{1, 16, FP8ORACLE_SCALE_E8M0}, Grid{3, 5, FP8ORACLE_SCALE_E8M0, false}}) {
    const std::vector<fp8oracle_layout> layouts = layouts_of(grid);
    for (const auto layout : {FP8ORACLE_LAYOUT_COMPACT, FP8ORACLE_LAYOUT_PADDED,
                              FP8ORACLE_LAYOUT_SWIZZLED, FP8ORACLE_LAYOUT_PACKED}) {
      ResolvedScheme scheme = scheme_named("e4m3.tensor.row.compact.te").resolved();
      scheme.grid = grid;
      scheme.layout = layout;
      AbiScheme abi(scheme, "te");
      const bool listed = std::find(layouts.begin(), layouts.end(), layout) != layouts.end();
      EXPECT_EQ(listed, !check_scheme(abi.get())) << to_string(grid) << " " << to_string(layout);
    }
  }
}

TEST(Scheme, OfMx32IsNeverPacked) {
  Profile profile = find_profile("te");
  profile.grids = {kMx32Grid, kMx32x32Grid, {1, 128, FP8ORACLE_SCALE_E8M0}};
  std::set<std::string> packed;
  for (const Scheme& scheme : schemes_of(profile)) {
    if (scheme.layout == FP8ORACLE_LAYOUT_PACKED) packed.insert(to_string(scheme.grid));
  }
  EXPECT_EQ(packed, std::set<std::string>{"mx128"});
}

TEST(Scheme, GridsOfAnyBlockHaveTheLayoutsOfTheirScales) {
  Profile profile = find_profile("te");
  profile.name = "mine";
  profile.grids = {kRowGrid, {1, 128}, {3, 5}, {1, 16, FP8ORACLE_SCALE_E8M0}};
  std::set<std::string> names;
  for (const Scheme& scheme : schemes_of(profile)) names.insert(scheme.name());
  EXPECT_EQ(names.size(), 2 * 3 * (1 + 2 + 2 + 4u));
  for (const char* name :
       {"e4m3.row.both.compact.mine", "e5m2.1x128.col.padded.mine", "e4m3.3x5.row.compact.mine",
        "e5m2.mx16.both.swizzled.mine", "e4m3.mx16.col.packed.mine"}) {
    EXPECT_EQ(names.count(name), 1u) << name;
    EXPECT_EQ(parse_scheme(name, profile).name(), name);
  }
  EXPECT_TRUE(scheme_matches("*.1x128.*.*.*", parse_scheme("e4m3.1x128.row.padded.mine", profile)));
  EXPECT_FALSE(scheme_matches("*.1x12.*.*.*", parse_scheme("e4m3.1x128.row.padded.mine", profile)));
}

TEST(AbiScheme, SaysOfEveryStructHowLargeItIs) {
  AbiScheme abi = scheme_named("e4m3.mx32.both.swizzled.torchao-rceil").abi();
  const fp8oracle_scheme* scheme = abi.get();
  EXPECT_EQ(scheme->struct_size, sizeof(fp8oracle_scheme));
  EXPECT_EQ(scheme->format->struct_size, sizeof(fp8oracle_format));
  EXPECT_EQ(scheme->grid->struct_size, sizeof(fp8oracle_grid));
  EXPECT_EQ(scheme->knobs->struct_size, sizeof(fp8oracle_knobs));
  EXPECT_EQ(scheme->knobs->count, knobs().size());
  EXPECT_STREQ(scheme->profile, "torchao-rceil");
}

TEST(AbiScheme, OfEverySchemeIsResolvedToWhatItWasMadeFrom) {
  for (const Profile& profile : builtin_profiles()) {
    for (const Scheme& scheme : schemes_of(profile)) {
      AbiScheme abi = scheme.abi();
      EXPECT_FALSE(check_scheme(abi.get())) << scheme.name();
      const ResolvedScheme there = scheme.resolved(), back = resolve(*abi.get());
      EXPECT_EQ(back.format.name, there.format.name) << scheme.name();
      EXPECT_EQ(back.grid, there.grid) << scheme.name();
      EXPECT_EQ(back.directions, there.directions) << scheme.name();
      EXPECT_EQ(back.layout, there.layout) << scheme.name();
      EXPECT_EQ(values_of(back.knobs), values_of(there.knobs)) << scheme.name();
    }
  }
}

TEST(AbiScheme, ThatIsCopiedPointsIntoTheCopy) {
  auto first = std::make_unique<AbiScheme>(scheme_named("e4m3.mx32.row.compact.te").abi());
  first->get();
  AbiScheme copy = *first;
  first.reset();
  const fp8oracle_scheme* scheme = copy.get();
  EXPECT_EQ(scheme->format, &copy.parts().format);
  EXPECT_EQ(scheme->grid, &copy.parts().grid);
  EXPECT_EQ(scheme->knobs->values, copy.parts().knobs.data());
  EXPECT_STREQ(scheme->profile, "te");
}

TEST(Profile, TheAliasAndTheUnknownName) {
  EXPECT_EQ(find_profile("ocp-mx").name, "torchao-floor");
  EXPECT_EQ(usage_error([] { find_profile("te2"); }),
            "unknown profile 'te2' (te, torchao-rceil, torchao-floor, torchao-even, torchao-ceil, "
            "ocp-mx, or a file ending in .json)");
}

TEST(Profile, ElementMaxBecomesTheCodeOfThatValue) {
  Profile profile = find_profile("te");
  profile.element_max[0] = 240;
  profile.element_max[1] = 1.5;
  EXPECT_EQ(profile.knobs_for(kE4M3).element_max_code, 0x77u);  // 1.875 * 2^7
  EXPECT_EQ(profile.knobs_for(kE5M2).element_max_code, 0x3Eu);  // 1.5 * 2^0
  profile.element_max[0] = 241;
  EXPECT_EQ(usage_error([&] { profile.knobs_for(kE4M3); }),
            "profile te: element.max 241 is no value of e4m3");
}

}  // namespace
}  // namespace fp8oracle
