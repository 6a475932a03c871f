// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "mutants/kill_table.h"

namespace fp8oracle::mutants {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Kill& kill) {
  const Mutant& m = kill.mutant;
  return {{"name", m.name},
          {"family", m.family},
          {"clause", m.clause},
          {"profile", m.profile},
          {"summary", m.summary},
          {"source", m.source},
          {"status", to_string(kill.fate)},
          {"killed_by", kill.killed_by},
          {"scheme", kill.scheme},
          {"cases", kill.cases},
          {"seconds", kill.seconds},
          {"equivalent", m.equivalent},
          {"proof", kill.proof}};
}

Json json_of(const WrongReference& r) {
  return {{"mutant", r.mutant},
          {"clause", r.clause},
          {"noticed", r.noticed},
          {"cases", r.cases},
          {"seconds", r.seconds}};
}

std::string line(const char* format, const auto&... values) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

std::string line_of(const Kill& kill) {
  const std::string fate(to_string(kill.fate));
  std::string text = line("%-34s %-4s %-10s %-4s %6llu cases %7.2f s", kill.mutant.name.c_str(),
                          kill.mutant.clause.c_str(), fate.c_str(), kill.killed_by.c_str(),
                          static_cast<unsigned long long>(kill.cases), kill.seconds);
  if (!kill.scheme.empty()) text += "  " + kill.scheme;
  if (!kill.proof.empty()) text += "  " + kill.proof;
  return text + "\n";
}

/// Everything because of which the table is not good, a line each.
std::string complaints(const KillTable& table) {
  std::string text;
  for (const Kill& kill : table.kills) {
    if (kill.fate == Fate::kSurvived || kill.fate == Fate::kRefuted) {
      text += std::string(to_string(kill.fate)) + " " + kill.mutant.name + " (" +
              kill.mutant.clause + "): " + kill.mutant.summary + "; " + kill.mutant.source + "\n";
    }
  }
  for (const WrongReference& r : table.references) {
    if (!r.noticed) text += "UNNOTICED " + r.mutant + " (" + r.clause + ") as the reference\n";
  }
  for (const std::string& clause : table.unguarded)
    text += "UNGUARDED " + clause + ": no mutant breaks it\n";
  if (table.control.status() != runner::Status::kPassed)
    text += "CONTROL the correct kernel did not pass:\n" + report_to_text(table.control);
  return text;
}

std::uint64_t noticed(const KillTable& table) {
  std::uint64_t count = 0;
  for (const WrongReference& r : table.references) count += r.noticed ? 1 : 0;
  return count;
}

}  // namespace

std::string kill_table_to_json(const KillTable& table, const runner::Tool& tool) {
  Json json{
      {"schema", "fp8oracle.mutants/1"},
      {"tool", {{"version", tool.version}, {"commit", tool.commit}, {"compiler", tool.compiler}}},
      {"level", "smoke"},
      {"seed", table.seed},
      {"status", table.good() ? "PASSED" : "FAILED"},
      {"seconds", table.seconds},
      {"mutants", table.kills.size()},
      {"killed", table.count(Fate::kKilled)},
      {"survived", table.count(Fate::kSurvived)},
      {"equivalent", table.count(Fate::kEquivalent)},
      {"refuted", table.count(Fate::kRefuted)},
      {"control",
       {{"backend", table.control.backend},
        {"status", runner::to_string(table.control.status())},
        {"cases", table.control.cases()},
        {"elements", table.control.elements()},
        {"seconds", table.control.seconds}}},
      {"unguarded_clauses", table.unguarded}};
  json["kills"] = Json::array();
  for (const Kill& kill : table.kills) json["kills"].push_back(json_of(kill));
  json["wrong_references"] = Json::array();
  for (const WrongReference& r : table.references) json["wrong_references"].push_back(json_of(r));
  return json.dump(2) + "\n";
}

std::string kill_table_to_text(const KillTable& table) {
  std::string text = line("%-34s %-4s %-10s %-4s\n", "mutant", "of", "status", "by");
  for (const Kill& kill : table.kills) text += line_of(kill);
  const std::string control(runner::to_string(table.control.status()));
  text += line("%-34s %-4s %-10s %-4s %6llu cases %7.2f s\n", table.control.backend.c_str(), "all",
               control.c_str(), "", static_cast<unsigned long long>(table.control.cases()),
               table.control.seconds);
  text += complaints(table);
  text += line(
      "%zu mutants: %llu killed, %llu survived, %llu equivalent; %llu of %zu wrong references "
      "noticed; seed %llu, %.1f s\n",
      table.kills.size(), static_cast<unsigned long long>(table.count(Fate::kKilled)),
      static_cast<unsigned long long>(table.count(Fate::kSurvived) + table.count(Fate::kRefuted)),
      static_cast<unsigned long long>(table.count(Fate::kEquivalent)),
      static_cast<unsigned long long>(noticed(table)), table.references.size(),
      static_cast<unsigned long long>(table.seed), table.seconds);
  return text;
}

}  // namespace fp8oracle::mutants
