// SPDX-License-Identifier: Apache-2.0
#include "exhaustive/sweep.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "exhaustive/tiers.h"
#include "fp8oracle/error.h"

namespace fp8oracle::exhaustive {
namespace {

/// "mx-amax" selects "mx-amax.te" as well.
bool selects(const std::string& word, const std::string& name) {
  return name == word || name.rfind(word + ".", 0) == 0;
}

bool wanted(const std::vector<std::string>& words, const std::string& name) {
  return words.empty() || std::any_of(words.begin(), words.end(),
                                      [&](const std::string& word) { return selects(word, name); });
}

std::string line_of(const Tier& tier, const TierResult& result) {
  const char* status = result.difference         ? "FAILED"
                       : !result.skipped.empty() ? "SKIPPED"
                                                 : "PASSED";
  char text[256];
  std::snprintf(text, sizeof text, "%-24s %-4s %12llu cases %9.2f s  %s", tier.name.c_str(),
                tier.format.c_str(), static_cast<unsigned long long>(result.cases), result.seconds,
                status);
  std::string line = text;
  if (!result.skipped.empty()) line += ": " + result.skipped;
  return line;
}

bool is_large(const Tier& tier) { return tier.cases >= std::uint64_t{1} << 31; }

}  // namespace

std::vector<std::string> tier_names() {
  std::vector<std::string> names;
  for (const auto& tier : all_tiers()) {
    if (std::find(names.begin(), names.end(), tier->name) == names.end()) {
      names.push_back(tier->name);
    }
  }
  return names;
}

void expect_known_tiers(const std::vector<std::string>& words) {
  const std::vector<std::string> names = tier_names();
  for (const std::string& word : words) {
    const bool known = std::any_of(names.begin(), names.end(),
                                   [&](const std::string& name) { return selects(word, name); });
    if (known) continue;
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    throw UsageError("unknown tier '" + word + "' (" + list + ")");
  }
}

int sweep(const fp8oracle_backend_table& subject, const SweepOptions& options) {
  expect_known_tiers(options.tiers);
  bool failed = false, ran = false;
  for (const auto& tier : all_tiers()) {
    if (!wanted(options.tiers, tier->name)) continue;
    TierOptions tier_options;
    tier_options.threads = options.threads;
    if (is_large(*tier)) tier_options.every_nth_chunk = options.every_nth_chunk;
    if (options.progress) {
      tier_options.progress = [&](std::uint64_t done, std::uint64_t all) {
        options.progress(*tier, done, all);
      };
    }
    if (options.progress) options.progress(*tier, 0, tier->cases);
    const TierResult result = run_tier(*tier, subject, tier_options);
    std::string line = line_of(*tier, result);
    if (result.skipped.empty() && !result.difference && result.cases < tier->cases) {
      line += " (a part: the tier has " + std::to_string(tier->cases) + ")";
    }
    options.print(line);
    if (result.difference) {
      options.print("  first difference: " + result.difference->input + ": " +
                    result.difference->text);
      options.print("  again: " + options.again + " --tier " + tier->name);
    }
    failed = failed || result.difference.has_value();
    ran = ran || result.skipped.empty();
  }
  if (failed) return 1;
  return ran ? 0 : 3;
}

}  // namespace fp8oracle::exhaustive
