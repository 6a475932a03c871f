// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <fstream>

#include "support.h"

namespace fp8oracle {
namespace {

const std::string kGood = R"({
  "schema": "fp8oracle.profile/1",
  "name": "mine",
  "source": "somewhere",
  "granularities": ["tensor", "mx32"],
  "knobs": {"element.overflow": "nan", "element.max": {"e4m3": 240}, "e8m0.of_zero": 127}
})";

std::string said(const std::string& text) {
  const std::string message = usage_error([&] { profile_from_json(text, "p.json"); });
  expect_one_line(message, "p.json");
  return message;
}

std::string said_with(std::string_view from, std::string_view to) {
  return said(replaced(kGood, from, to));
}

TEST(ProfileJson, ReadsWhatItSays) {
  const Profile profile = profile_from_json(kGood, "p.json");
  EXPECT_EQ(profile.name, "mine");
  EXPECT_EQ(profile.source, "somewhere");
  EXPECT_EQ(profile.grids.size(), 2u);
  EXPECT_EQ(profile.knobs.element_overflow, FP8ORACLE_OVERFLOW_NAN);
  EXPECT_EQ(profile.knobs.e8m0_of_zero, FP8ORACLE_E8M0_ZERO_IS_127);
  EXPECT_EQ(profile.knobs.e8m0_of_inf, FP8ORACLE_E8M0_INF_IS_254);  // left out: as te has it
  EXPECT_EQ(profile.element_max[0], 240);
  EXPECT_EQ(profile.element_max[1], 0);
}

TEST(ProfileJson, EveryBuiltInProfileComesBackKnobForKnob) {
  for (const Profile& profile : builtin_profiles()) {
    const std::string text = profile_to_json(profile);
    const Profile again = profile_from_json(text, "written");
    EXPECT_EQ(again.name, profile.name);
    EXPECT_EQ(again.source, profile.source);
    EXPECT_EQ(again.grids, profile.grids);
    for (const Knob& knob : knobs())
      EXPECT_EQ(again.knobs.*knob.field, profile.knobs.*knob.field) << knob.name;
    EXPECT_EQ(profile_to_json(again), text);
  }
}

TEST(ProfileJson, EveryValueOfEveryKnobComesBack) {
  for (const Knob& knob : knobs()) {
    for (std::uint32_t value = 0; value < knob.values.size(); ++value) {
      Profile profile = find_profile("te");
      profile.knobs.*knob.field = value;
      if (profile.knobs.element_nan == FP8ORACLE_NAN_FNUZ)
        profile.knobs.element_negative_zero = FP8ORACLE_DROP;
      const Profile again = profile_from_json(profile_to_json(profile), "written");
      EXPECT_EQ(again.knobs.*knob.field, value) << knob.name << " " << knob.values[value];
    }
  }
}

TEST(ProfileJson, ANamedValueIsTheNumberOfItsPlaceInTheList) {
  const auto knobs_of = [](const std::string& text) {
    return profile_from_json(replaced(kGood, "\"element.overflow\": \"nan\"", text), "p").knobs;
  };
  EXPECT_EQ(knobs_of("\"padding\": \"zero\"").padding, FP8ORACLE_PADDING_ZERO);
  EXPECT_EQ(knobs_of("\"padding\": \"unspecified\"").padding, FP8ORACLE_PADDING_UNSPECIFIED);
  EXPECT_EQ(knobs_of("\"e8m0.of_inf\": 255").e8m0_of_inf, FP8ORACLE_E8M0_INF_IS_255);
  EXPECT_EQ(knobs_of("\"e8m0.of_inf\": 254").e8m0_of_inf, FP8ORACLE_E8M0_INF_IS_254);
  EXPECT_EQ(knobs_of("\"e8m0.of_inf\": \"255\"").e8m0_of_inf, FP8ORACLE_E8M0_INF_IS_255);
}

TEST(ProfileJson, AGridOfAnyBlockHasAName) {
  const Profile profile =
      profile_from_json(replaced(kGood, "[\"tensor\", \"mx32\"]",
                                 "[\"row\", \"1x128\", \"128x128\", \"3x5\", \"mx16\", \"mx3x5\"]"),
                        "p");
  const std::vector<Grid> expected{kRowGrid,
                                   {1, 128},
                                   {128, 128},
                                   {3, 5},
                                   {1, 16, FP8ORACLE_SCALE_E8M0},
                                   {3, 5, FP8ORACLE_SCALE_E8M0, true}};
  EXPECT_EQ(profile.grids, expected);
  EXPECT_EQ(profile_from_json(profile_to_json(profile), "written").grids, expected);
}

TEST(ProfileJson, EachWrongLineHasItsMessage) {
  EXPECT_EQ(said_with("profile/1", "profile/2"),
            "p.json: schema: expected \"fp8oracle.profile/1\"");
  EXPECT_EQ(said("[]"), "p.json: schema: expected \"fp8oracle.profile/1\"");
  EXPECT_EQ(said_with("\"source\"", "\"sauce\""), "p.json: unknown key 'sauce'");
  EXPECT_EQ(said_with("\"name\": \"mine\",", ""), "p.json: key 'name' not found");
  EXPECT_EQ(said_with("\"source\"", "\"name\""), "p.json: key 'name' twice");
  const std::string name = "p.json: name: expected 1 to 31 letters, digits, '-' or '_'";
  EXPECT_EQ(said_with("\"mine\"", "\"\""), name);
  EXPECT_EQ(said_with("mine", "a.b"), name);
  EXPECT_EQ(said_with("mine", std::string(32, 'a')), name);
  EXPECT_EQ(profile_from_json(replaced(kGood, "mine", std::string(31, 'a')), "p").name.size(), 31u);
  const std::string granularities = "p.json: granularities: ";
  EXPECT_EQ(said_with("\"mx32\"]", "\"0x5\"]"),
            granularities +
                "'0x5' is not tensor, row, mx32, mx32x32 or rows x columns of a block (1x128)");
  EXPECT_EQ(said_with("\"mx32\"]", "\"tensor\"]"), granularities + "'tensor' twice");
  EXPECT_EQ(said_with("[\"tensor\", \"mx32\"]", "[]"),
            granularities + "expected a list of tensor, mx32, mx32x32, ...");
  EXPECT_EQ(said_with("\"element.overflow\"", "\"element.underflow\""),
            "p.json: knobs: unknown knob 'element.underflow'");
  EXPECT_EQ(said_with("\"nan\"", "\"wrap\""),
            "p.json: knobs.element.overflow: 'wrap' is not one of: saturate, nan, inf");
  EXPECT_EQ(said_with("127}", "126}"), "p.json: knobs.e8m0.of_zero: '126' is not one of: 0, 127");
  EXPECT_EQ(said_with("240", "241"), "p.json: profile mine: element.max 241 is no value of e4m3");
  const std::string max = "p.json: knobs.element.max: expected ";
  EXPECT_EQ(said_with("{\"e4m3\": 240}", "240"), max + "{\"e4m3\": 240, ...}");
  EXPECT_EQ(said_with("\"e4m3\"", "\"e3m4\""), max + "positive numbers for e4m3, e5m2");
  EXPECT_EQ(said_with("240", "-240"), max + "positive numbers for e4m3, e5m2");
  EXPECT_EQ(said_with("240", "null"), max + "positive numbers for e4m3, e5m2");
  EXPECT_EQ(said_with("\"element.overflow\": \"nan\"", "\"element.nan_code\": \"0x80\""),
            "p.json: knobs: element.nan_code 0x80 takes the code of -0: element.negative_zero must "
            "be drop");
  const std::size_t knobs_at = kGood.find("{\"element.overflow\"");
  EXPECT_EQ(said(kGood.substr(0, knobs_at) + "7}"), "p.json: knobs: expected an object");
}

TEST(ProfileJson, HostileTextBecomesOneShortLine) {
  said("");
  said("{\"schema\"");
  said(std::string(100000, '['));
  EXPECT_EQ(said(std::string(18, '[') + std::string(18, ']')), "p.json: nested too deeply");
  said("\xff\xfe");
  said("\"" + std::string(100000, 'a'));
  said("\"\x01\n\x1b[31m\"");
  said_with("240", "1e999");
  said_with("240", "1e300");
  said_with("240", "1e-300");
  said_with("127}", std::string(5000, '9') + "}");
  said_with("127}", "[[" + std::string(3000, ' ') + "1,2,3]]}");
  said_with("\"nan\"", "\"" + std::string(5000, 'x') + "\\n\\u001b\"");
  said_with("element.overflow", std::string(5000, 'y') + "\\n");
  said_with("tensor", std::string(5000, 'z') + "\\u0000");
  said_with("\"tensor\"", "{\"a\": 1}");
  said_with("\"mine\"", "7");
}

TEST(ProfileJson, TheSourceIsOneLineThatNoTerminalObeys) {
  const std::string message =
      "p.json: source: expected one line of up to 500 bytes without control characters";
  EXPECT_EQ(said_with("somewhere", "a\\nb"), message);
  EXPECT_EQ(said_with("somewhere", "\\u001b[31m"), message);
  EXPECT_EQ(said_with("somewhere", std::string(501, 'a')), message);
  const std::string utf8 = replaced(kGood, "somewhere", "caf\xc3\xa9");
  EXPECT_EQ(profile_from_json(utf8, "p").source, "caf\xc3\xa9");
}

TEST(ProfileJson, WhatNoFileCouldSayIsStillWritten) {
  Profile profile = find_profile("te");
  profile.source = "\xff";
  EXPECT_EQ(profile_from_json(profile_to_json(profile), "written").source, "\xef\xbf\xbd");
}

class ProfileFile : public ::testing::Test {
 protected:
  ProfileFile() {
    std::string name = (std::filesystem::temp_directory_path() / "fp8oracle-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ProfileFile() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& text) const {
    std::ofstream(folder_ / "p.json", std::ios::binary) << text;
    return folder_ / "p.json";
  }
  std::filesystem::path folder_;
};

TEST_F(ProfileFile, IsReadWhole) { EXPECT_EQ(load_profile(write(kGood)).name, "mine"); }

TEST_F(ProfileFile, UpToOneMebibyte) {
  const std::size_t limit = std::size_t{1} << 20;
  EXPECT_EQ(load_profile(write(kGood + std::string(limit - kGood.size(), ' '))).name, "mine");
  const std::string path = write(kGood + std::string(limit - kGood.size() + 1, ' '));
  EXPECT_EQ(usage_error([&] { load_profile(path); }), path + ": is larger than 1 MiB");
}

TEST_F(ProfileFile, MissingOrADirectoryIsSaid) {
  const std::string none = folder_ / "none.json";
  EXPECT_EQ(usage_error([&] { load_profile(none); }), none + ": cannot be opened");
  EXPECT_EQ(usage_error([&] { load_profile(folder_); }), folder_.string() + ": is a directory");
}

TEST_F(ProfileFile, ABadOneIsNamedInFrontOfTheReason) {
  const std::string path = write("{\"a\": 1, \"a\": 2}");
  EXPECT_EQ(usage_error([&] { load_profile(path); }), path + ": key 'a' twice");
}

}  // namespace
}  // namespace fp8oracle
