// SPDX-License-Identifier: Apache-2.0
#include "exhaustive/equivalence.h"

#include "exhaustive/tiers.h"

namespace fp8oracle::exhaustive {

Equivalence prove_equivalent(const fp8oracle_backend_table& kernel, const std::string& profile,
                             const TierOptions& options) {
  Equivalence e;
  std::string swept;
  for (const auto& tier : mx_amax_tiers()) {
    const bool asked = tier->name == "mx-amax." + profile;
    const bool divides = tier->scheme.profile.knobs.e8m0_round == FP8ORACLE_E8M0_UP;
    if (!(profile.empty() ? divides : asked)) continue;
    const std::string what = tier->name + " " + tier->format;
    const TierResult result = run_tier(*tier, kernel, options);
    e.cases += result.cases;
    if (!result.skipped.empty()) {
      e.text = what + " was not run: " + result.skipped;
      return e;
    }
    if (result.difference) {
      e.text = what + " differs at " + result.difference->input + ": " + result.difference->text;
      return e;
    }
    swept += (swept.empty() ? "" : ", ") + what;
  }
  e.holds = e.cases > 0;
  e.text = e.holds ? "0 of " + std::to_string(e.cases) + " amaxes differ (" + swept + ")"
                   : "no tier of profile '" + profile + "'";
  return e;
}

}  // namespace fp8oracle::exhaustive
