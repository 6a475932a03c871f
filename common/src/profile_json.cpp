// SPDX-License-Identifier: Apache-2.0
// Profiles as files: {"schema": "fp8oracle.profile/1", "name", "source", "granularities", "knobs"}.
#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "fp8oracle/error.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/quote.h"
#include "fp8oracle/scheme.h"
#include "strict_json.h"

namespace fp8oracle {
namespace {

constexpr const char* kSchema = "fp8oracle.profile/1";
constexpr const char* kElementMax = "element.max";

void check_keys(const nlohmann::json& json) {
  constexpr std::array<std::string_view, 5> known{"schema", "name", "source", "granularities",
                                                  "knobs"};
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw UsageError("unknown key " + quote(key));
  }
}

/// The name goes into scheme names.
void set_name(Profile& profile, const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_';
  });
  if (name.empty() || name.size() > 31 || !plain)
    throw UsageError("name: expected 1 to 31 letters, digits, '-' or '_'");
  profile.name = name;
}

/// The source is shown to people: one line, nothing that a terminal obeys.
void set_source(Profile& profile, const std::string& source) {
  constexpr std::size_t kLongest = 500;
  const bool control = std::any_of(source.begin(), source.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (source.size() > kLongest || control)
    throw UsageError("source: expected one line of up to 500 bytes without control characters");
  profile.source = source;
}

void set_granularities(Profile& profile, const nlohmann::json& list) {
  if (!list.is_array() || list.empty())
    throw UsageError("granularities: expected a list of tensor, mx32, mx32x32, ...");
  for (const auto& word : list) {
    const std::string text = word.is_string() ? word.get<std::string>() : word.dump();
    const auto grid = grid_from(text);
    if (!grid) {
      throw UsageError("granularities: " + quote(text) +
                       " is not tensor, row, mx32, mx32x32 or rows x columns of a block (1x128)");
    }
    auto& known = profile.grids;
    if (std::find(known.begin(), known.end(), *grid) != known.end())
      throw UsageError("granularities: " + quote(text) + " twice");
    known.push_back(*grid);
  }
}

void set_knob(Profile& profile, const std::string& name, const nlohmann::json& value) {
  for (const Knob& knob : knobs()) {
    if (knob.name != name || knob.is_number()) continue;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    std::string known;
    for (std::size_t number = 0; number < knob.values.size(); ++number) {
      if (knob.values[number] == text) {
        profile.knobs.*knob.field = static_cast<std::uint32_t>(number);
        return;
      }
      known += (known.empty() ? "" : ", ") + std::string(knob.values[number]);
    }
    throw UsageError("knobs." + name + ": " + quote(text) + " is not one of: " + known);
  }
  throw UsageError("knobs: unknown knob " + quote(name));
}

void set_element_max(Profile& profile, const nlohmann::json& value) {
  if (!value.is_object()) throw UsageError("knobs.element.max: expected {\"e4m3\": 240, ...}");
  for (const auto& [format, max] : value.items()) {
    const bool e4m3 = format == "e4m3";
    if ((!e4m3 && format != "e5m2") || !max.is_number() || !(max.get<double>() > 0)) {
      throw UsageError("knobs.element.max: expected positive numbers for e4m3, e5m2");
    }
    profile.element_max[e4m3 ? 0 : 1] = max.get<double>();
  }
}

void check_consistent(const Profile& profile) {
  const bool fnuz = profile.knobs.element_nan == FP8ORACLE_NAN_FNUZ;
  if (fnuz && profile.knobs.element_negative_zero != FP8ORACLE_DROP) {
    throw UsageError(
        "knobs: element.nan_code 0x80 takes the code of -0: element.negative_zero must be drop");
  }
  for (const Format& named : kSchemeFormats) profile.knobs_for(profile.format_for(named));
}

Profile from_json(const nlohmann::json& json) {
  if (!json.is_object() || json.value("schema", "") != kSchema) {
    throw UsageError(std::string("schema: expected \"") + kSchema + "\"");
  }
  check_keys(json);
  Profile profile;
  set_name(profile, json.at("name").get<std::string>());
  set_source(profile, json.value("source", ""));
  set_granularities(profile, json.at("granularities"));
  profile.knobs = find_profile("te").knobs;  // the default of a knob that the file leaves out
  if (!json.at("knobs").is_object()) throw UsageError("knobs: expected an object");
  for (const auto& [name, value] : json.at("knobs").items()) {
    name == kElementMax ? set_element_max(profile, value) : set_knob(profile, name, value);
  }
  check_consistent(profile);
  return profile;
}

}  // namespace

Profile profile_from_json(const std::string& text, const std::string& where) {
  try {
    return from_json(parse_strict<nlohmann::json>(text));
  } catch (const UsageError& error) {
    throw UsageError(where + ": " + error.what());
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(where + ": " + reason_of(error));
  }
}

std::string profile_to_json(const Profile& profile) {
  nlohmann::ordered_json json{
      {"schema", kSchema}, {"name", profile.name}, {"source", profile.source}};
  for (const Grid& grid : profile.grids) json["granularities"].push_back(to_string(grid));
  for (const Knob& knob : knobs()) {
    if (!knob.is_number())
      json["knobs"][std::string(knob.name)] = knob.values.at(profile.knobs.*knob.field);
  }
  for (std::size_t i = 0; i < kSchemeFormats.size(); ++i) {
    if (profile.element_max[i] != 0)
      json["knobs"][kElementMax][std::string(kSchemeFormats[i].name)] = profile.element_max[i];
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Profile load_profile(const std::string& path) {
  constexpr std::streamsize kLargest = std::streamsize{1} << 20;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw UsageError(path + ": is a directory");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError(path + ": cannot be opened");
  std::string text(static_cast<std::size_t>(kLargest) + 1, '\0');
  file.read(text.data(), kLargest + 1);
  if (file.bad()) throw UsageError(path + ": cannot be read");
  if (file.gcount() > kLargest) throw UsageError(path + ": is larger than 1 MiB");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return profile_from_json(text, path);
}

}  // namespace fp8oracle
