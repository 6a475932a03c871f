// SPDX-License-Identifier: Apache-2.0
// Cases as files ("fp8oracle.case/2"): numbers as hex bits, so that nothing is rounded on the way.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "fp8oracle/case.h"
#include "fp8oracle/error.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/quote.h"
#include "strict_json.h"

namespace fp8oracle {
namespace {

using Json = nlohmann::ordered_json;
using Bytes = std::vector<std::uint8_t>;
constexpr const char* kSchema = "fp8oracle.case/2";

/// How bulk bytes are written: hex words in files, raw in the pipe to a child.
enum class Bulk { kHex, kRaw };

std::string hex_word(std::uint32_t bits) {
  char text[11];
  std::snprintf(text, sizeof text, "0x%08x", bits);
  return text;
}

std::uint32_t parse_hex(const std::string& text, std::size_t digits) {
  const bool prefixed = text.size() == digits + 2 && text[0] == '0' && text[1] == 'x';
  std::uint32_t value = 0;
  const char* begin = text.data() + (prefixed ? 2 : 0);
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(begin, end, value, 16);
  if (end - begin != static_cast<std::ptrdiff_t>(digits) || result.ec != std::errc() ||
      result.ptr != end) {
    throw UsageError(quote(text) + " is not " + std::to_string(digits) + " hex digits");
  }
  return value;
}

/// Rows of little-endian elements as strings of hex words: ["3f800000 00000000", ...].
Json hex_rows(const Bytes& bytes, std::int64_t cols, std::int64_t element_bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  Json rows = Json::array();
  const auto size = static_cast<std::size_t>(element_bytes);
  const auto row_bytes = static_cast<std::size_t>(cols) * size;
  for (std::size_t begin = 0; row_bytes != 0 && begin < bytes.size(); begin += row_bytes) {
    std::string row;
    for (std::size_t i = begin; i < std::min(begin + row_bytes, bytes.size()); i += size) {
      if (i != begin) row += ' ';
      for (std::size_t b = size; b-- > 0;) {
        row += kDigits[bytes[i + b] >> 4];
        row += kDigits[bytes[i + b] & 15];
      }
    }
    rows.push_back(row);
  }
  return rows;
}

Bytes parse_rows(const Json& rows, std::int64_t element_bytes) {
  Bytes bytes;
  const auto size = static_cast<std::size_t>(element_bytes);
  for (const Json& item : rows) {
    const auto& row = item.get_ref<const std::string&>();
    for (std::size_t at = 0; at < row.size(); at += 2 * size + 1) {
      const std::uint32_t value = parse_hex(row.substr(at, 2 * size), 2 * size);
      for (std::size_t b = 0; b < size; ++b)
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * b)));
      if (at + 2 * size < row.size() && row[at + 2 * size] != ' ')
        throw UsageError("expected a space between words");
    }
  }
  return bytes;
}

Json bulk(const Bytes& bytes, std::int64_t cols, std::int64_t element_bytes, Bulk mode) {
  return mode == Bulk::kRaw ? Json::binary(bytes) : hex_rows(bytes, cols, element_bytes);
}

Bytes parse_bulk(const Json& json, std::int64_t element_bytes) {
  if (!json.is_binary()) return parse_rows(json, element_bytes);
  return json.get_binary();
}

fp8oracle_type parse_type(const std::string& word) {
  for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
    if (to_string(type) == word) return type;
  }
  throw UsageError("type " + quote(word) + " is not F32, BF16 or F16");
}

unsigned parse_directions(const std::string& word) {
  for (const unsigned d : {1u, 2u, 3u}) {
    if (directions_to_string(d) == word) return d;
  }
  throw UsageError("directions " + quote(word) + " is not row, col or both");
}

/// How the number of an option is written, by what the field is.
enum class OptionText { kHex, kNumber, kType, kDirections };

OptionText text_of_option(const Step& step, std::string_view option) {
  if (option == "directions") return OptionText::kDirections;
  if (!step.operation) return OptionText::kHex;
  const Field* field = operation(*step.operation).find(option);
  if (field == nullptr) throw UsageError("option " + quote(option) + " is unknown");
  if (field->role == FieldRole::kType) return OptionText::kType;
  return field->role == FieldRole::kFlag ? OptionText::kNumber : OptionText::kHex;
}

Json option_json(const Step& step, const std::string& option, std::uint32_t value) {
  switch (text_of_option(step, option)) {
    case OptionText::kDirections: return directions_to_string(value);
    case OptionText::kType: return to_string(static_cast<fp8oracle_type>(value));
    case OptionText::kNumber: return value;
    case OptionText::kHex: break;
  }
  return hex_word(value);
}

std::uint32_t parse_option(const Step& step, const std::string& option, const Json& json) {
  switch (text_of_option(step, option)) {
    case OptionText::kDirections: return parse_directions(json.get<std::string>());
    case OptionText::kType: return parse_type(json.get<std::string>());
    case OptionText::kNumber:
      if (!json.is_number_unsigned() || json.get<std::uint64_t>() > 1)
        throw UsageError("option " + quote(option) + ": expected 0 or 1");
      return json.get<std::uint32_t>();
    case OptionText::kHex: break;
  }
  return parse_hex(json.get<std::string>(), 8);
}

Json step_json(const Step& s, Bulk mode) {
  Json json{{"op", s.name()}, {"operands", Json::object()}};
  for (const auto& [field, given] : s.operands)
    json["operands"][field] = given.empty() ? Json(nullptr) : Json(given);
  for (const auto& [option, value] : s.options)
    json["options"][option] = option_json(s, option, value);
  if (s.is(Control::kWrite)) {
    json["options"]["at"] = s.at;
    json["options"]["bytes"] = bulk(s.bytes, 64, 1, mode);
  }
  if (s.tamper)
    json["tamper"] = {
        {"field", s.tamper->field}, {"value", s.tamper->value}, {"argument", s.tamper->argument}};
  return json;
}

/// What `op` names: an operation, or else a control.
void parse_op(const std::string& word, Step& s) {
  if (const Operation* o = find_operation(std::string_view(word))) {
    s.operation = o->id;
    return;
  }
  for (int k = 0; k < kControls; ++k) {
    s.control = static_cast<Control>(k);
    if (to_string(s.control) == word) return;
  }
  throw UsageError("unknown step " + quote(word));
}

Step parse_step(const Json& json) {
  Step s;
  parse_op(json.at("op").get<std::string>(), s);
  for (const auto& [field, given] : json.at("operands").items())
    s.operands[field] = given.is_null() ? std::string() : given.get<std::string>();
  const Json options = json.value("options", Json::object());
  for (const auto& [option, value] : options.items()) {
    if (s.is(Control::kWrite)) {
      if (option == "at") s.at = integer_at(options, "at");
      if (option == "bytes") s.bytes = parse_bulk(value, 1);
      if (option != "at" && option != "bytes") throw UsageError("unknown option " + quote(option));
    } else {
      s.options[option] = parse_option(s, option, value);
    }
  }
  if (json.contains("tamper")) {
    const Json& t = json.at("tamper");
    s.tamper = Tamper{t.at("field").get<std::string>(), integer_at(t, "value"),
                      t.at("argument").get<std::string>()};
  }
  return s;
}

Json cell_json(const CellDecl& cell) {
  std::string words;
  for (const std::uint32_t bits : cell.bits) words += (words.empty() ? "" : " ") + hex_word(bits);
  return {{"name", cell.name}, {"count", cell.bits.size()}, {"bits", words}};
}

CellDecl parse_cell(const Json& json) {
  CellDecl cell{json.at("name").get<std::string>(), {}};
  const auto& words = json.at("bits").get_ref<const std::string&>();
  constexpr std::size_t kWord = 10;  // 0x00000000
  for (std::size_t at = 0; at < words.size(); at += kWord + 1) {
    cell.bits.push_back(parse_hex(words.substr(at, kWord), 8));
    if (at + kWord < words.size() && words[at + kWord] != ' ')
      throw UsageError("expected a space between words");
  }
  if (static_cast<std::int64_t>(cell.bits.size()) != integer_at(json, "count"))
    throw UsageError("cell " + quote(cell.name) + ": count words are not there");
  return cell;
}

Json to_json(const Case& c, Bulk mode) {
  Json json{{"schema", kSchema}, {"clause", c.clause}, {"scheme", c.scheme},
            {"seed", c.seed},    {"number", c.number}, {"note", c.note}};
  if (c.asynchronous) json["asynchronous"] = true;
  std::vector<std::string> profiles;
  json["profiles"] = Json::array();
  for (const TensorDecl& t : c.tensors) {
    if (std::find(profiles.begin(), profiles.end(), t.scheme.profile.name) != profiles.end())
      continue;
    profiles.push_back(t.scheme.profile.name);
    json["profiles"].push_back(Json::parse(profile_to_json(t.scheme.profile)));
  }
  for (const char* list : {"inputs", "tensors", "cells", "outputs", "steps"})
    json[list] = Json::array();
  for (const InputDecl& x : c.inputs) {
    json["inputs"].push_back({{"name", x.name},
                              {"type", to_string(x.type)},
                              {"rows", x.rows},
                              {"cols", x.cols},
                              {"row_stride", x.row_stride},
                              {"offset", x.offset},
                              {"bits", bulk(x.bits, x.cols, size_of(x.type), mode)}});
  }
  for (const TensorDecl& t : c.tensors) {
    json["tensors"].push_back({{"name", t.name},
                               {"scheme", t.scheme.name()},
                               {"rows", t.rows},
                               {"cols", t.cols},
                               {"offset", t.offset}});
  }
  for (const CellDecl& cell : c.cells) json["cells"].push_back(cell_json(cell));
  for (const OutputDecl& y : c.outputs) {
    json["outputs"].push_back(
        {{"name", y.name}, {"type", to_string(y.type)}, {"rows", y.rows}, {"cols", y.cols}});
  }
  for (const Step& s : c.steps) json["steps"].push_back(step_json(s, mode));
  return json;
}

Scheme parse_case_scheme(const std::string& name, const std::vector<Profile>& profiles) {
  for (const Profile& profile : profiles) {
    const std::size_t dot = name.rfind('.');
    if (dot != std::string::npos && name.substr(dot + 1) == profile.name)
      return parse_scheme(name, profile);
  }
  throw UsageError("scheme " + quote(name) + ": its profile is not in the file");
}

/// Seeds use all 64 bits; absent means 0.
std::uint64_t unsigned_or_zero(const Json& json, const char* key) {
  if (!json.contains(key)) return 0;
  if (!json.at(key).is_number_unsigned())
    throw UsageError(std::string(key) + ": expected an integer from 0 to 2^64 - 1");
  return json.at(key).get<std::uint64_t>();
}

Case from_json(const Json& json) {
  if (!json.is_object() || json.value("schema", std::string()) != kSchema)
    throw UsageError(std::string("schema: expected \"") + kSchema + "\"");
  Case c;
  c.clause = json.at("clause").get<std::string>();
  c.scheme = json.at("scheme").get<std::string>();
  c.seed = unsigned_or_zero(json, "seed");
  c.number = unsigned_or_zero(json, "number");
  c.note = json.value("note", std::string());
  c.asynchronous = json.value("asynchronous", false);
  std::vector<Profile> profiles;
  for (const Json& p : json.at("profiles"))
    profiles.push_back(profile_from_json(p.dump(), "profiles"));
  for (const Json& x : json.at("inputs")) {
    const auto type = parse_type(x.at("type").get<std::string>());
    c.inputs.push_back({x.at("name").get<std::string>(), type, integer_at(x, "rows"),
                        integer_at(x, "cols"), integer_at(x, "row_stride"), integer_at(x, "offset"),
                        parse_bulk(x.at("bits"), size_of(type))});
  }
  for (const Json& t : json.at("tensors")) {
    c.tensors.push_back({t.at("name").get<std::string>(),
                         parse_case_scheme(t.at("scheme").get<std::string>(), profiles),
                         integer_at(t, "rows"), integer_at(t, "cols"), integer_at(t, "offset")});
  }
  for (const Json& cell : json.at("cells")) c.cells.push_back(parse_cell(cell));
  for (const Json& y : json.at("outputs")) {
    c.outputs.push_back({y.at("name").get<std::string>(),
                         parse_type(y.at("type").get<std::string>()), integer_at(y, "rows"),
                         integer_at(y, "cols")});
  }
  for (const Json& s : json.at("steps")) c.steps.push_back(parse_step(s));
  check_case(c);
  return c;
}

}  // namespace

std::string case_to_json(const Case& c) {
  return to_json(c, Bulk::kHex).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Case case_from_json(const std::string& text, const std::string& where) {
  try {
    return from_json(parse_strict<Json>(text));
  } catch (const UsageError& error) {
    throw UsageError(where + ": " + error.what());
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(where + ": " + reason_of(error));
  }
}

std::vector<std::uint8_t> case_to_binary(const Case& c) {
  return Json::to_cbor(to_json(c, Bulk::kRaw));
}

Case case_from_binary(const std::uint8_t* data, std::size_t size) {
  try {
    return from_json(Json::from_cbor(data, data + size));
  } catch (const nlohmann::json::exception& error) {
    throw UsageError("case: " + reason_of(error));
  }
}

}  // namespace fp8oracle
