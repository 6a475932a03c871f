// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "cli/input_run.h"
#include "fp8oracle/files/dtype.h"

namespace fp8oracle::cli {
namespace {

using runner::Status;

std::size_t count(const InputTensor& t, Status status) {
  return static_cast<std::size_t>(
      std::count_if(t.results.begin(), t.results.end(),
                    [status](const InputResult& r) { return r.status == status; }));
}

std::string verdict(const InputTensor& t) {
  if (!t.skipped.empty()) return "SKIPPED: " + t.skipped;
  const std::size_t passed = count(t, Status::kPassed);
  const std::size_t failed = count(t, Status::kFailed);
  const std::size_t ran = passed + failed;
  if (ran == 0)
    return "SKIPPED: " + (t.results.empty() ? "no scheme was asked for" : t.results[0].reason);
  std::string text = failed == 0 ? "bits equal in " + std::to_string(ran) + " schemes"
                                 : "FAILED in " + std::to_string(failed) + " of " +
                                       std::to_string(ran) + " schemes";
  const std::size_t skipped = t.results.size() - ran;
  if (skipped > 0) text += ", " + std::to_string(skipped) + " SKIPPED";
  return text;
}

/// Each reason once, with how many schemes it keeps from running.
std::string skipped_lines(const InputTensor& t) {
  std::map<std::string, std::size_t> reasons;
  for (const InputResult& r : t.results) {
    if (r.status == Status::kSkipped && !r.reason.empty()) ++reasons[r.reason];
  }
  std::string text;
  for (const auto& [reason, schemes] : reasons)
    text += "  SKIPPED in " + std::to_string(schemes) + " schemes: " + reason + "\n";
  return text;
}

std::string failed_lines(const InputTensor& t) {
  std::string text;
  std::size_t shown = 0;
  for (const InputResult& r : t.results) {
    if (r.status != Status::kFailed) continue;
    if (++shown > 4) return text + "  and in more schemes (all of them: --json)\n";
    text += "  FAILED  " + r.scheme.name() + ":";
    for (const std::string& clause : r.clauses) text += " " + clause;
    text += "\n";
  }
  return text;
}

std::string quality_lines(const InputTensor& t) {
  std::string text;
  for (const InputResult& r : t.results) {
    if (!r.quality || r.quality->elements == 0) continue;
    std::string name = r.scheme.name();
    name.resize(std::max<std::size_t>(name.size(), 32), ' ');
    text += "  " + name + in_words(*r.quality) + "\n";
  }
  return text;
}

/// The tensor's line in the list of schemes of a clause.
runner::SchemeResult scheme_result(const InputTensor& t, const InputResult& r) {
  return {r.scheme.name() + " on " + t.tensor.name, r.status, r.reason,
          r.status == Status::kSkipped ? 0u : 1u};
}

runner::ClauseResult clause_result(const InputRun& run, const std::string& id) {
  runner::ClauseResult clause;
  clause.id = id;
  bool failed = false;
  for (const InputTensor& t : run.tensors) {
    if (!t.skipped.empty())
      clause.schemes.push_back({"* on " + t.tensor.name, Status::kSkipped, t.skipped, 0});
    for (const InputResult& r : t.results) {
      const bool mine = std::count(r.clauses.begin(), r.clauses.end(), id) > 0;
      if (!mine && (id != "K10" || r.status == Status::kFailed)) continue;
      failed = failed || mine;
      clause.schemes.push_back(scheme_result(t, r));
      clause.cases += clause.schemes.back().cases;
      clause.elements += r.elements;
      clause.codes += r.codes;
      clause.seconds += r.seconds;
    }
  }
  const bool passed = std::any_of(clause.schemes.begin(), clause.schemes.end(),
                                  [](const auto& s) { return s.status == Status::kPassed; });
  clause.status = failed ? Status::kFailed : passed ? Status::kPassed : Status::kSkipped;
  if (clause.status == Status::kSkipped)
    clause.reason = clause.schemes.empty() ? "no tensor" : clause.schemes.front().reason;
  if (failed) clause.reason = "failed on tensors of the file";
  const auto finding = run.findings.find(id);
  if (finding != run.findings.end()) clause.finding = finding->second;
  return clause;
}

}  // namespace

std::string to_text(const InputRun& run) {
  std::string text;
  for (const InputTensor& t : run.tensors) {
    text += t.tensor.name + "  " + t.tensor.dtype + " " + files::shape_to_string(t.tensor.shape) +
            "  " + verdict(t) + "\n";
    text += failed_lines(t) + skipped_lines(t) + quality_lines(t);
  }
  return text;
}

runner::Report to_report(const InputRun& run, const runner::VerifyOptions& options) {
  runner::Report report;
  for (const Profile& profile : options.profiles) report.profiles.push_back(profile.name);
  report.level = to_string(options.level);
  report.seed = options.seed;
  report.seconds = run.seconds;
  std::set<std::string> ids{"K10"};
  for (const auto& [clause, finding] : run.findings) ids.insert(clause);
  for (const std::string& id : ids) report.clauses.push_back(clause_result(run, id));
  return report;
}

}  // namespace fp8oracle::cli
