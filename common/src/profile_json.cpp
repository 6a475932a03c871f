// SPDX-License-Identifier: Apache-2.0
// Profiles as files: {"schema": "fp8oracle.profile/1", "name", "source", "granularities", "knobs"}.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fp8oracle/error.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/quote.h"
#include "fp8oracle/scheme.h"
#include "strict_json.h"

namespace fp8oracle {
namespace {

constexpr const char* kSchema = "fp8oracle.profile/1";
constexpr const char* kElementMax = "element.max";

fp8oracle_granularity granularity_from(const std::string& word, const std::string& where) {
  for (const auto g :
       {FP8ORACLE_GRANULARITY_TENSOR, FP8ORACLE_GRANULARITY_MX32, FP8ORACLE_GRANULARITY_MX32X32}) {
    if (to_string(g) == word) return g;
  }
  throw UsageError(where + ": granularities: " + quote(word) + " is not tensor, mx32 or mx32x32");
}

void set_knob(Profile& profile, const std::string& name, const nlohmann::json& value,
              const std::string& where) {
  for (const Knob& knob : knobs()) {
    if (knob.name != name) continue;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    std::string known;
    for (const Knob::Value& v : knob.values) {
      if (v.name == text) {
        profile.knobs.*knob.field = v.number;
        return;
      }
      known += (known.empty() ? "" : ", ") + std::string(v.name);
    }
    throw UsageError(where + ": knobs." + name + ": " + quote(text) + " is not one of: " + known);
  }
  throw UsageError(where + ": knobs: unknown knob " + quote(name));
}

void set_element_max(Profile& profile, const nlohmann::json& value, const std::string& where) {
  if (!value.is_object())
    throw UsageError(where + ": knobs.element.max: expected {\"e4m3\": 240, ...}");
  for (const auto& [format, max] : value.items()) {
    const bool e4m3 = format == "e4m3";
    if ((!e4m3 && format != "e5m2") || !max.is_number() || !(max.get<double>() > 0)) {
      throw UsageError(where + ": knobs.element.max: expected positive numbers for e4m3, e5m2");
    }
    profile.element_max[e4m3 ? 0 : 1] = max.get<double>();
  }
}

void check_consistent(const Profile& profile, const std::string& where) {
  const bool fnuz = profile.knobs.element_nan == FP8ORACLE_NAN_FNUZ;
  if (fnuz && profile.knobs.element_negative_zero != FP8ORACLE_DROP) {
    throw UsageError(
        where +
        ": knobs: element.nan_code 0x80 takes the code of -0: element.negative_zero must be drop");
  }
  for (const Format& named : kSchemeFormats) profile.knobs_for(profile.format_for(named));
}

}  // namespace

Profile profile_from_json(const std::string& text, const std::string& where) {
  try {
    const auto json = parse_strict<nlohmann::json>(text);
    if (!json.is_object() || json.value("schema", "") != kSchema) {
      throw UsageError(where + ": schema: expected \"" + kSchema + "\"");
    }
    Profile profile;
    profile.name = json.at("name").get<std::string>();
    const bool plain = std::all_of(profile.name.begin(), profile.name.end(), [](unsigned char c) {
      return std::isalnum(c) || c == '-' || c == '_';
    });
    if (profile.name.empty() || profile.name.size() > 31 || !plain) {
      throw UsageError(where + ": name: expected 1 to 31 letters, digits, '-' or '_'");
    }
    profile.source = json.value("source", "");
    for (const auto& word : json.at("granularities")) {
      profile.granularities.push_back(granularity_from(word.get<std::string>(), where));
    }
    if (profile.granularities.empty()) throw UsageError(where + ": granularities: is empty");
    profile.knobs = find_profile("te").knobs;  // the default of a knob that the file leaves out
    for (const auto& [name, value] : json.at("knobs").items()) {
      name == kElementMax ? set_element_max(profile, value, where)
                          : set_knob(profile, name, value, where);
    }
    check_consistent(profile, where);
    return profile;
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(where + ": " + reason_of(error));
  }
}

std::string profile_to_json(const Profile& profile) {
  nlohmann::ordered_json json{
      {"schema", kSchema}, {"name", profile.name}, {"source", profile.source}};
  for (const auto g : profile.granularities) json["granularities"].push_back(to_string(g));
  for (const Knob& knob : knobs()) {
    for (const Knob::Value& v : knob.values) {
      if (profile.knobs.*knob.field == v.number) json["knobs"][std::string(knob.name)] = v.name;
    }
  }
  for (std::size_t i = 0; i < kSchemeFormats.size(); ++i) {
    if (profile.element_max[i] != 0)
      json["knobs"][kElementMax][std::string(kSchemeFormats[i].name)] = profile.element_max[i];
  }
  return json.dump(2) + "\n";
}

Profile load_profile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError(path + ": cannot be opened");
  std::ostringstream text;
  text << file.rdbuf();
  return profile_from_json(text.str(), path);
}

}  // namespace fp8oracle
