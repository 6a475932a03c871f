// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/case_files.h"
#include "cli/commands.h"
#include "cli/explain_case.h"
#include "cli/explain_history.h"
#include "cli/numbers.h"
#include "cli/verify_options.h"
#include "fp8oracle/error.h"
#include "reference/block.h"
#include "reference/e8m0.h"
#include "reference/explain.h"

namespace fp8oracle::cli {
namespace {

struct ExplainWords {
  std::string format = "e4m3";
  std::string scale = "1";
  std::string profile = "te";
  std::vector<std::string> values;
  bool block = false;
  std::string case_path;
  std::string history;
};

struct Rules {
  Profile profile;
  Format format;
  Knobs knobs;
};

Rules rules_of(const ExplainWords& words) {
  Profile profile = profiles_of({words.profile}).front();
  const Format format = profile.format_for(format_of(words.format));
  const Knobs knobs = profile.knobs_for(format_of(words.format));
  return {std::move(profile), format, knobs};
}

void print(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) std::printf("%s\n", line.c_str());
}

std::vector<float> values_of(const ExplainWords& words) {
  if (words.values.empty()) throw UsageError("explain: give the number, as in --scale 3 0.1");
  std::vector<float> values;
  for (const std::string& word : words.values) values.push_back(float_of(word));
  return values;
}

int explain_numbers(const ExplainWords& words) {
  const Rules rules = rules_of(words);
  const float scale = float_of(words.scale);
  const std::vector<float> values = values_of(words);
  std::printf("%s, profile %s\n", words.format.c_str(), rules.profile.name.c_str());
  for (const float x : values) {
    std::printf("\n");
    print(reference::derive_code(rules.format, rules.knobs, x, scale));
  }
  return 0;
}

/// The scale of the block first, then each element with it.
int explain_block(const ExplainWords& words) {
  const Rules rules = rules_of(words);
  const std::vector<float> block = values_of(words);
  std::printf("%s, profile %s, one block of %zu\n\n", words.format.c_str(),
              rules.profile.name.c_str(), block.size());
  print(reference::derive_block_scale(rules.format, rules.knobs, block));
  const Eigen::Map<const Eigen::ArrayXf> elements(block.data(),
                                                  static_cast<Eigen::Index>(block.size()));
  const std::uint8_t stored = reference::block_scale_inv(
      elements, reference::e8m0_rules(rules.format, rules.knobs), rules.knobs);
  for (std::size_t i = 0; i < block.size(); ++i) {
    std::printf("\nelement %zu\n", i);
    print(reference::derive_mx_code(rules.format, rules.knobs, block[i], stored));
  }
  return 0;
}

int explain(const ExplainWords& words) {
  if (!words.case_path.empty()) {
    std::fputs(explain_case(load_case(words.case_path)).c_str(), stdout);
    return 0;
  }
  if (!words.history.empty()) {
    if (words.history != "scale-changes")
      throw UsageError("unknown history '" + words.history + "' (scale-changes)");
    const Rules rules = rules_of(words);
    const float x = words.values.empty() ? 0.1f : float_of(words.values.front());
    const float scale = words.scale == "1" ? 3.0f : float_of(words.scale);
    std::fputs(explain_scale_changes(rules.format, rules.knobs, x, scale).c_str(), stdout);
    return 0;
  }
  return words.block ? explain_block(words) : explain_numbers(words);
}

}  // namespace

void add_explain_command(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("explain", "Shows every step from a number to its code and back");
  const auto words = std::make_shared<ExplainWords>();
  command->add_option("values", words->values,
                      "numbers: 0.1, 0x1.8p-3, inf, nan, or bits as 0x3dcccccd");
  command->add_option("--format", words->format, "e4m3 or e5m2")->capture_default_str();
  command->add_option("--scale", words->scale, "multiplies the number before it is encoded")
      ->capture_default_str();
  command->add_option("--profile", words->profile, "a profile's name or FILE.json")
      ->capture_default_str();
  CLI::Option* block = command->add_flag("--block", words->block, "the values are one MX block");
  CLI::Option* saved = command->add_option("--case", words->case_path,
                                           "a saved case: what each of its steps must leave");
  CLI::Option* history = command->add_option(
      "--history", words->history,
      "scale-changes: scale_inv as a state of the recipe, and as a part of the data");
  block->excludes(saved)->excludes(history);
  saved->excludes(history);
  command->callback([words, &chosen] { chosen = [words] { return explain(*words); }; });
}

}  // namespace fp8oracle::cli
