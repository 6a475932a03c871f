// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "fp8oracle/error.h"
#include "fp8oracle/quote.h"

namespace fp8oracle {

/// JSON from a file that somebody wrote by hand or wrongly. Throws UsageError when it nests deeper
/// than any file of ours (a document of any depth would exhaust the stack of its readers) or has a
/// key twice in one object; Json::exception when it is no JSON.
template <typename Json>
Json parse_strict(const std::string& text) {
  constexpr int kMaxDepth = 16;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  return Json::parse(text, [&keys](int depth, typename Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth) throw UsageError("nested too deeply");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.template get_ref<const std::string&>();
      if (!keys.back().insert(key).second) throw UsageError("key " + quote(key) + " twice");
    }
    return true;
  });
}

/// The integer at `key`, without the silent conversions of fractions, booleans and numbers over 63
/// bits. Throws UsageError.
template <typename Json>
std::int64_t integer_at(const Json& json, const char* key) {
  const Json& value = json.at(key);
  const bool fits = !value.is_number_unsigned() ||
                    value.template get<std::uint64_t>() <=
                        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value.is_number_integer() || !fits) {
    throw UsageError(std::string(key) + ": expected an integer below 2^63");
  }
  return value.template get<std::int64_t>();
}

/// What a Json::exception says, without the library's "[json.exception...] ". It quotes the file,
/// which may hold anything: one printable line, cut.
inline std::string reason_of(const nlohmann::json::exception& error) {
  constexpr std::size_t kLongest = 300;
  const std::string text = error.what();
  const std::size_t end = text.find("] ");
  const std::string reason = end == std::string::npos ? text : text.substr(end + 2);
  return printable(reason.substr(0, kLongest)) + (reason.size() > kLongest ? "..." : "");
}

}  // namespace fp8oracle
