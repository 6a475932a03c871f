// SPDX-License-Identifier: Apache-2.0
#include "runner/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "contract/contract.h"

namespace fp8oracle::runner {
namespace {

using Json = nlohmann::ordered_json;

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json finding_json(const Finding& f) {
  Json json{
      {"scheme", f.scheme},    {"step", f.step},   {"tensor", f.tensor}, {"row", or_null(f.row)},
      {"col", or_null(f.col)}, {"block", f.block}, {"x", f.x},           {"scale", f.scale}};
  json["expected"] = {{"code", f.expected.code}, {"value", f.expected.value}};
  json["observed"] = {{"code", f.observed.code}, {"value", f.observed.value}};
  json["differences"] = f.differences;
  json["of"] = f.of;
  json["derivation"] = f.derivation;
  json["behaves_like"] = Json::array();
  for (const BehavesLike& b : f.behaves_like)
    json["behaves_like"].push_back({{"mutant", b.mutant}, {"agree", b.agree}, {"of", b.of}});
  json["case"] = f.case_path;
  json["replay"] = f.replay;
  return json;
}

Json clause_json(const ClauseResult& c) {
  Json json{{"id", c.id},       {"status", to_string(c.status)}, {"reason", c.reason},
            {"cases", c.cases}, {"elements", c.elements},        {"seconds", c.seconds}};
  json["coverage"] = {{"tie", c.coverage.tie},
                      {"subnormal", c.coverage.subnormal},
                      {"saturated", c.coverage.saturated},
                      {"nan", c.coverage.nan},
                      {"inf", c.coverage.inf},
                      {"negative_zero", c.coverage.negative_zero},
                      {"tail", c.coverage.tail},
                      {"multi_block", c.coverage.multi_block}};
  json["schemes"] = Json::array();
  for (const SchemeResult& s : c.schemes)
    json["schemes"].push_back({{"scheme", s.scheme},
                               {"status", to_string(s.status)},
                               {"reason", s.reason},
                               {"cases", s.cases}});
  json["finding"] = c.finding ? finding_json(*c.finding) : Json(nullptr);
  return json;
}

std::string closing_line(const Report& r) {
  std::array<int, 5> count{};
  for (const ClauseResult& c : r.clauses) ++count[static_cast<std::size_t>(c.status)];
  std::string text = "backend " + r.backend + ": " + std::string(to_string(r.status())) + "  ";
  for (std::size_t i = 0; i < count.size(); ++i) {
    if (count[i] > 0)
      text +=
          std::to_string(count[i]) + " " + std::string(to_string(static_cast<Status>(i))) + ", ";
  }
  char tail[160];
  std::snprintf(tail, sizeof tail, "%llu cases, %llu codes compared, %.1f s, seed %llu",
                static_cast<unsigned long long>(r.cases()),
                static_cast<unsigned long long>(r.codes()), r.seconds,
                static_cast<unsigned long long>(r.seed));
  return text + tail;
}

}  // namespace

std::string_view to_string(Status status) {
  constexpr std::array<std::string_view, 5> names{"PASSED", "FAILED", "SKIPPED", "MISTRUSTED",
                                                  "ERROR"};
  return names.at(static_cast<std::size_t>(status));
}

Status Report::status() const {
  const auto any = [&](Status s) {
    return std::any_of(clauses.begin(), clauses.end(),
                       [s](const ClauseResult& c) { return c.status == s; });
  };
  for (const Status s : {Status::kError, Status::kFailed, Status::kMistrusted, Status::kPassed}) {
    if (any(s)) return s;
  }
  return Status::kSkipped;
}

int Report::exit_code() const {
  switch (status()) {
    case Status::kPassed: return 0;
    case Status::kFailed:
    case Status::kMistrusted: return 1;
    case Status::kSkipped:
    case Status::kError: break;
  }
  return 3;
}

std::uint64_t Report::cases() const {
  std::uint64_t sum = 0;
  for (const ClauseResult& c : clauses) sum += c.cases;
  return sum;
}

std::uint64_t Report::elements() const {
  std::uint64_t sum = 0;
  for (const ClauseResult& c : clauses) sum += c.elements;
  return sum;
}

std::uint64_t Report::codes() const {
  std::uint64_t sum = 0;
  for (const ClauseResult& c : clauses) sum += c.codes;
  return sum;
}

std::string report_to_json(const Report& r, const Tool& tool) {
  Json json{{"schema", "fp8oracle.report/1"}};
  json["tool"] = {{"version", tool.version}, {"commit", tool.commit}, {"compiler", tool.compiler}};
  json["backend"] = {{"name", r.backend},
                     {"path", r.backend_path},
                     {"sha256", r.backend_sha256},
                     {"device", r.device}};
  json["machine"] = {{"cpu", cpu_name()}, {"gpu", ""}, {"driver", ""}};
  json["profiles"] = r.profiles;
  json["level"] = r.level;
  json["seed"] = r.seed;
  json["status"] = to_string(r.status());
  json["cases"] = r.cases();
  json["elements"] = r.elements();
  json["seconds"] = r.seconds;
  json["clauses"] = Json::array();
  for (const ClauseResult& c : r.clauses) json["clauses"].push_back(clause_json(c));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string report_to_text(const Report& r) {
  std::string text;
  for (const ClauseResult& c : r.clauses) {
    const auto skipped =
        std::count_if(c.schemes.begin(), c.schemes.end(),
                      [](const SchemeResult& s) { return s.status == Status::kSkipped; });
    char line[256];
    std::snprintf(line, sizeof line, "%-4s %-10s %6llu cases %10llu codes  %3zu schemes",
                  c.id.c_str(), std::string(to_string(c.status)).c_str(),
                  static_cast<unsigned long long>(c.cases),
                  static_cast<unsigned long long>(c.codes),
                  c.schemes.size() - static_cast<std::size_t>(skipped));
    text += line;
    if (skipped > 0) text += ", " + std::to_string(skipped) + " SKIPPED";
    text += "  " + (c.reason.empty() ? std::string(find_clause(c.id).title) : c.reason) + "\n";
  }
  for (const ClauseResult& c : r.clauses) {
    if (c.finding) text += "\n" + to_text(*c.finding) + "\n";
  }
  return text + "\n" + closing_line(r) + "\n";
}

}  // namespace fp8oracle::runner
