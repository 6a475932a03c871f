// SPDX-License-Identifier: Apache-2.0
#include "results.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/src/strict_json.h"
#include "fp8oracle/error.h"

namespace fp8oracle::bench {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kSchema = "fp8oracle.bench/1";

// Four digits are more than a measurement carries.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::fabs(value))) - 3);
  return std::round(value / unit) * unit;
}

Json row_to_json(const RowResult& row) {
  Json json{{"op", row.op},         {"rows", row.rows},    {"cols", row.cols},
            {"count", row.count},   {"type", row.type},    {"format", row.format},
            {"status", row.status}, {"reason", row.reason}};
  if (!row.measured()) return json;
  json["us"] = rounded(row.us);
  json["gbps"] = rounded(row.gbps);
  json["limit_us"] = rounded(row.limit_us);
  json["limit"] = row.limit;
  json["ratio"] = rounded(row.ratio);
  json["bytes"] = row.bytes;
  json["nodes"] = row.nodes;
  return json;
}

double positive_at(const Json& json, const char* key) {
  const Json& value = json.at(key);
  if (!value.is_number()) throw UsageError(std::string(key) + ": expected a number");
  const double number = value.get<double>();
  if (!(number > 0)) throw UsageError(std::string(key) + ": expected a number above 0");
  return number;
}

RowResult row_from_json(const Json& json) {
  RowResult row;
  row.op = json.at("op").get<std::string>();
  row.rows = integer_at(json, "rows");
  row.cols = integer_at(json, "cols");
  row.count = integer_at(json, "count");
  row.type = json.at("type").get<std::string>();
  row.format = json.at("format").get<std::string>();
  row.status = json.at("status").get<std::string>();
  row.reason = json.at("reason").get<std::string>();
  if (!row.measured()) return row;
  row.us = positive_at(json, "us");
  row.gbps = positive_at(json, "gbps");
  row.limit_us = positive_at(json, "limit_us");
  row.limit = json.at("limit").get<std::string>();
  row.ratio = positive_at(json, "ratio");
  row.bytes = static_cast<std::uint64_t>(integer_at(json, "bytes"));
  row.nodes = json.at("nodes").get<double>();
  return row;
}

}  // namespace

std::string RowResult::name() const {
  const std::string one = std::to_string(rows) + "x" + std::to_string(cols);
  const std::string shape = count == 1 ? one : std::to_string(count) + "x(" + one + ")";
  return op + " " + shape + " " + type + " " + format;
}

std::string results_to_json(const Results& results) {
  Json rows = Json::array();
  for (const RowResult& row : results.rows) rows.push_back(row_to_json(row));
  const Json json{
      {"schema", kSchema},        {"machine", results.machine}, {"gpu", results.gpu},
      {"driver", results.driver}, {"toolkit", results.toolkit}, {"date", results.date},
      {"commit", results.commit}, {"backend", results.backend}, {"device", results.device},
      {"form", results.form},     {"rows", std::move(rows)}};
  return json.dump(1) + "\n";
}

Results results_from_json(const std::string& text, const std::string& where) try {
  const Json json = parse_strict<Json>(text);
  if (json.at("schema") != kSchema) throw UsageError("schema: expected " + std::string(kSchema));
  Results results;
  const auto take = [&](const char* key, std::string& to) { to = json.at(key).get<std::string>(); };
  take("machine", results.machine);
  take("gpu", results.gpu);
  take("driver", results.driver);
  take("toolkit", results.toolkit);
  take("date", results.date);
  take("commit", results.commit);
  take("backend", results.backend);
  take("device", results.device);
  take("form", results.form);
  if (!json.at("rows").is_array()) throw UsageError("rows: expected an array");
  for (const Json& row : json.at("rows")) results.rows.push_back(row_from_json(row));
  return results;
} catch (const nlohmann::json::exception& error) {
  throw UsageError(where + ": " + reason_of(error));
} catch (const UsageError& error) {
  throw UsageError(where + ": " + error.what());
}

std::string to_text(const RowResult& row) {
  char line[512];
  if (!row.measured()) {
    std::snprintf(line, sizeof line, "%-46s %s: %s", row.name().c_str(), row.status.c_str(),
                  row.reason.c_str());
    return line;
  }
  std::snprintf(line, sizeof line, "%-46s %10.2f us %8.1f GB/s  limit %10.2f us  ratio %.3f",
                row.name().c_str(), row.us, row.gbps, row.limit_us, row.ratio);
  std::string text = line;
  if (row.nodes > 0) {
    std::snprintf(line, sizeof line, "  %g node%s", row.nodes, row.nodes == 1 ? "" : "s");
    text += line;
  }
  return text + "  (" + row.limit + ")";
}

}  // namespace fp8oracle::bench
