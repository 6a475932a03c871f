// SPDX-License-Identifier: Apache-2.0
#include "cli/verify_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>

#include "contract/contract.h"
#include "fp8oracle/error.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::cli {
namespace {

bool is_profile_file(const std::string& word) {
  return word.find('/') != std::string::npos || word.ends_with(".json");
}

/// The pattern with its profile's own name; a profile that is not in the run is a mistake.
std::string checked_pattern(const std::string& pattern, const std::vector<Profile>& profiles) {
  if (pattern.empty()) return pattern;
  scheme_matches(pattern, schemes_of(profiles.front()).front());  // throws for an unknown word
  const std::size_t dot = pattern.rfind('.');
  const std::string named = pattern.substr(dot + 1);
  if (named == "*") return pattern;
  for (const Profile& p : profiles) {
    if (p.name == named) return pattern;
  }
  const std::string name = find_profile(named).name;  // an alias, or throws
  const bool there = std::any_of(profiles.begin(), profiles.end(),
                                 [&](const Profile& p) { return p.name == name; });
  if (!there) throw UsageError("--scheme " + pattern + ": --profile does not name " + name);
  return pattern.substr(0, dot + 1) + name;
}

void expect_some_scheme(const std::string& pattern, const std::vector<Profile>& profiles) {
  if (pattern.empty()) return;
  for (const Profile& profile : profiles) {
    for (const Scheme& scheme : schemes_of(profile)) {
      if (scheme_matches(pattern, scheme)) return;
    }
  }
  throw UsageError("--scheme " + pattern + " fits no scheme (fp8oracle list schemes)");
}

}  // namespace

void add_options(CLI::App& command, VerifyWords& words) {
  command.add_option("--backend", words.backend,
                     "cpu, cuda, PATH.so or mutant:NAME; without: every in-tree backend that can "
                     "run here");
  command.add_option("--profile", words.profiles,
                     "a profile's name or FILE.json; may be repeated; without: every built-in one");
  command.add_option("--scheme", words.scheme,
                     "<format>.<granularity>.<directions>.<layout>."
                     "<profile>, * in any place");
  command.add_option("--clause", words.clauses, "K9,K10: these clauses only")->delimiter(',');
  command.add_option("--level", words.level, "smoke, full, exhaustive or sanitize")
      ->capture_default_str();
  command.add_option("--time", words.time,
                     "60s, 2m: runs cases until the time is over, the same ones in the same order");
  command.add_option("--seed", words.seed, "decides, with its number, what a case is")
      ->capture_default_str();
  command.add_option("--input", words.input,
                     "FILE.safetensors or FILE.npy: its tensors through every scheme, instead of "
                     "random cases");
  command.add_option("--json", words.json, "writes the report (fp8oracle.report/1) to this file");
  command.add_option("--save-case", words.save_case,
                     "writes the smallest case of every broken clause into this folder");
  command.add_flag("--isolate", words.isolate,
                   "runs in-tree backends in a child process too, as libraries always are");
}

std::vector<Profile> profiles_of(const std::vector<std::string>& words) {
  if (words.empty()) return builtin_profiles();
  std::vector<Profile> profiles;
  for (const std::string& word : words) {
    Profile profile = is_profile_file(word) ? load_profile(word) : find_profile(word);
    const bool twice = std::any_of(profiles.begin(), profiles.end(),
                                   [&](const Profile& p) { return p.name == profile.name; });
    if (twice) throw UsageError("--profile: two profiles are named " + profile.name);
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

double seconds_of(const std::string& time) {
  double number = 0;
  const char* const end = time.data() + time.size();
  const auto [rest, error] = std::from_chars(time.data(), end, number);
  const std::string unit(rest, end);
  const double factor = unit.empty() || unit == "s" ? 1
                        : unit == "ms"              ? 1e-3
                        : unit == "m"               ? 60
                        : unit == "h"               ? 3600
                                                    : 0;
  const bool ok = error == std::errc() && factor > 0 && std::isfinite(number) && number > 0;
  if (!ok) throw UsageError("--time " + time + ": expected a number and s, m, h or ms, as in 60s");
  return number * factor;
}

runner::VerifyOptions to_options(const VerifyWords& words) {
  if (!words.input.empty() && (!words.clauses.empty() || !words.time.empty()))
    throw UsageError(
        "--input takes the tensors of a file: --clause and --time are for random cases");
  runner::VerifyOptions options;
  options.profiles = profiles_of(words.profiles);
  options.scheme_pattern = checked_pattern(words.scheme, options.profiles);
  expect_some_scheme(options.scheme_pattern, options.profiles);
  for (const std::string& id : words.clauses) options.clause_ids.emplace_back(find_clause(id).id);
  options.level = runner::parse_level(words.level);
  if (!words.time.empty()) options.seconds = seconds_of(words.time);
  options.seed = words.seed;
  return options;
}

std::string quoted_for_shell(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_-./:,=@%+").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

namespace {

std::string verify_words(const VerifyWords& words, const std::string& backend) {
  std::string command = "fp8oracle verify --backend " + quoted_for_shell(backend);
  for (const std::string& profile : words.profiles) {
    if (is_profile_file(profile)) command += " --profile " + quoted_for_shell(profile);
  }
  return command;
}

}  // namespace

std::string verify_again(const VerifyWords& words, const std::string& backend,
                         const std::string& clause, const std::string& scheme) {
  std::string command = verify_words(words, backend) + " --clause " + clause + " --scheme " +
                        quoted_for_shell(scheme);
  if (words.level != "smoke") command += " --level " + words.level;
  if (!words.time.empty()) command += " --time " + words.time;
  if (words.isolate) command += " --isolate";
  return command + " --seed " + std::to_string(words.seed);
}

std::string verify_input_again(const VerifyWords& words, const std::string& backend,
                               const std::string& scheme) {
  return verify_words(words, backend) + " --input " + quoted_for_shell(words.input) + " --scheme " +
         quoted_for_shell(scheme) + (words.isolate ? " --isolate" : "");
}

}  // namespace fp8oracle::cli
