// SPDX-License-Identifier: Apache-2.0
#include "runner/verdict.h"

#include <algorithm>
#include <cstdio>

#include "plans/plan.h"

namespace fp8oracle::runner {
namespace {

constexpr std::uint64_t kMistrustCodes = 1000;
constexpr double kMistrustShare = 0.9;
constexpr std::uint64_t kCasesToJudge = 100;

/// The floor of one count, as an average over the cases that can touch it. At smoke and seed 1 the
/// runs are about ten times above.
struct Floor {
  std::string_view clause;
  std::string_view what;
  std::uint64_t Coverage::*count;
  double a_case;
  bool (*possible)(const Scheme&);
};

bool anywhere(const Scheme&) { return true; }
/// MX scales that are rounded up let no finite input saturate.
bool where_finite_inputs_saturate(const Scheme& s) { return s.grid.scale_is_given(); }
/// With whole blocks in both directions there is no tail.
bool where_tails_are_legal(const Scheme& s) {
  const plans::ShapeLimits limits = plans::shape_limits(s);
  return limits.row_multiple == 1 || limits.col_multiple == 1;
}

constexpr Floor kFloors[] = {
    {"K10", "ties", &Coverage::tie, 50, anywhere},
    {"K10", "subnormal codes", &Coverage::subnormal, 35, anywhere},
    {"K10", "cases with a tail", &Coverage::tail, 0.2, where_tails_are_legal},
    {"K10", "cases with several blocks", &Coverage::multi_block, 0.5, anywhere},
    {"K11", "NaN", &Coverage::nan, 25, anywhere},
    {"K11", "Inf", &Coverage::inf, 1, where_finite_inputs_saturate},
    {"K11", "negative zeros", &Coverage::negative_zero, 35, anywhere},
    {"K11", "saturated codes", &Coverage::saturated, 1, where_finite_inputs_saturate},
};

std::string in_words(const Floor& floor, std::uint64_t seen, std::uint64_t cases) {
  char text[160];
  std::snprintf(text, sizeof text, "the run proves nothing: %llu %s in %llu cases, at least %.0f",
                static_cast<unsigned long long>(seen), std::string(floor.what).c_str(),
                static_cast<unsigned long long>(cases), floor.a_case * static_cast<double>(cases));
  return text;
}

}  // namespace

void judge_clause(ClauseResult& result, bool ordinary) {
  const auto count = [&](Status s) {
    return std::count_if(result.schemes.begin(), result.schemes.end(),
                         [s](const SchemeResult& r) { return r.status == s; });
  };
  const auto first_reason = [&](Status s) {
    for (const SchemeResult& r : result.schemes) {
      if (r.status == s && !r.reason.empty()) return r.reason;
    }
    return std::string();
  };
  if (count(Status::kFailed) > 0) {
    result.status = Status::kFailed;
    result.reason = "failed in " + std::to_string(count(Status::kFailed)) + " of " +
                    std::to_string(result.schemes.size()) + " schemes";
    return;
  }
  if (count(Status::kError) > 0) {
    result.status = Status::kError;
    result.reason = first_reason(Status::kError);
    return;
  }
  if (count(Status::kPassed) == 0) {
    result.status = Status::kSkipped;
    result.reason = result.schemes.empty() ? "no scheme of this clause was asked for"
                                           : first_reason(Status::kSkipped);
    if (result.reason.empty()) result.reason = "no case was run";
    return;
  }
  for (const SchemeResult& r : result.schemes) {
    if (r.status != Status::kPassed || r.denied <= r.cases) continue;
    result.status = Status::kMistrusted;
    result.reason = "denied " + std::to_string(r.denied) + " of " +
                    std::to_string(r.denied + r.cases) + " cases of " + r.scheme;
    return;
  }
  result.status = Status::kPassed;
  const std::uint64_t total = result.coverage.total_codes();
  if (!ordinary || total < kMistrustCodes) return;
  if (static_cast<double>(result.coverage.most_frequent_code()) >
      kMistrustShare * static_cast<double>(total)) {
    result.status = Status::kMistrusted;
    result.reason = "more than 90 % of the codes are one code: the run proves nothing";
  }
}

void judge_coverage(ClauseResult& result, const std::vector<SchemeCoverage>& schemes) {
  if (result.status != Status::kPassed) return;
  for (const Floor& floor : kFloors) {
    if (floor.clause != result.id) continue;
    std::uint64_t cases = 0;
    std::uint64_t seen = 0;
    for (const SchemeCoverage& s : schemes) {
      if (!floor.possible(*s.scheme)) continue;
      cases += s.cases;
      seen += s.coverage->*floor.count;
    }
    const bool ok = cases < kCasesToJudge ||
                    static_cast<double>(seen) >= floor.a_case * static_cast<double>(cases);
    if (ok) continue;
    result.status = Status::kMistrusted;
    result.reason = in_words(floor, seen, cases);
    return;
  }
}

}  // namespace fp8oracle::runner
