// SPDX-License-Identifier: Apache-2.0
#include "cases.h"

#include "clauses/property.h"
#include "fp8oracle/profile.h"
#include "runner/session.h"
#include "runner/support.h"

namespace fp8oracle::cuda_tests {

std::vector<Case> cases_of_every_clause(const fp8oracle_backend_table& table,
                                        const std::string& pattern) {
  std::vector<Case> cases;
  const auto session = runner::open_in_process(table);
  runner::Support support(*session);
  for (const clauses::Property& property : clauses::properties()) {
    for (const Scheme& scheme : schemes_of(find_profile("te"))) {
      if (!scheme_matches(pattern, scheme) || !property.applies(scheme)) continue;
      const auto limits = property.limits ? property.limits(scheme) : plans::shape_limits(scheme);
      Case c = property.make(scheme, plans::draw_plan(limits, 1, cases.size(), 0));
      if (support.trim(c, property).empty()) cases.push_back(std::move(c));
    }
  }
  return cases;
}

std::vector<Case> large_current_cases() {
  std::vector<Case> cases;
  for (const char* scheme : {"e4m3.tensor.row.compact.te", "e4m3.tensor.both.compact.te"}) {
    for (const std::int64_t rows : {2048, 96}) {
      constexpr std::int64_t kCols = 4096;
      Case c;
      c.clause = "K12";
      c.scheme = scheme;
      std::vector<std::uint8_t> bits(static_cast<std::size_t>(rows * kCols * 2));
      // BF16 between 0.5 and 2 of either sign, and one larger number at the end.
      for (std::size_t i = 0; i < bits.size(); i += 2) {
        bits[i] = static_cast<std::uint8_t>(i * 37 >> 3);
        bits[i + 1] = i % 6 == 0 ? 0xBF : 0x3F;
      }
      bits.back() = 0x41;
      c.inputs.push_back({"x", FP8ORACLE_BF16, rows, kCols, kCols, 0, std::move(bits)});
      c.tensors.push_back({"t", parse_scheme(scheme, find_profile("te")), rows, kCols, 0});
      c.cells = {{"amax", {0}}, {"scale", {0}}};
      Step step(FP8ORACLE_OP_QUANTIZE_CURRENT);
      step.give("input", "x").give("amax", "amax").give("scale", "scale");
      give_pairs(step, c.tensors.front());
      c.steps.push_back(step);
      cases.push_back(std::move(c));
    }
  }
  return cases;
}

}  // namespace fp8oracle::cuda_tests
