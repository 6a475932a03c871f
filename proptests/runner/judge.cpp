// SPDX-License-Identifier: Apache-2.0
#include "runner/judge.h"

#include <cstring>

#include "fp8oracle/error.h"
#include "runner/execute.h"

namespace fp8oracle::runner {
namespace {

/// Whether no step wrote the buffer: on the reference's side it still holds its poison.
class Untouched {
 public:
  Untouched(const Case& c, const Arena& arena, const Outcome& reference)
      : arena_(arena), before_(initial_arena(c, arena, Fill::kA)), reference_(reference) {}

  bool operator()(int buffer) const {
    if (buffer < 0 || reference_.steps.empty()) return false;
    const ArenaBuffer& b = arena_.buffers[static_cast<std::size_t>(buffer)];
    return std::memcmp(before_.data() + b.begin, reference_.steps.back().arena.data() + b.begin,
                       b.bytes) == 0;
  }

 private:
  const Arena& arena_;
  const std::vector<std::uint8_t> before_;
  const Outcome& reference_;
};

/// What the property finds without the reference. A history that was cut short, by shrinking or
/// because the backend lacks an operation, may leave a buffer unwritten; that one is like no other.
/// Where the reference does not keep to it either, the history has lost what it was about.
std::vector<Difference> own_findings(const clauses::Property& property, const Case& c,
                                     const Trial& trial) {
  if (!property.check) return {};
  std::vector<Difference> found = property.check(c, trial.arena, trial.subject);
  if (found.empty()) return found;
  const Untouched untouched(c, trial.arena, trial.reference);
  const auto of_unwritten = [&](const Difference& d) {
    return d.twin >= 0 && (untouched(d.buffer) || untouched(d.twin));
  };
  std::erase_if(found, of_unwritten);
  std::vector<Difference> expected = property.check(c, trial.arena, trial.reference);
  std::erase_if(expected, of_unwritten);
  return expected.empty() ? found : std::vector<Difference>{};
}

/// Gives every departure to a clause.
void attribute(const clauses::Property& property, const Case& c, Trial& trial) {
  const clauses::Verdict verdict{c, trial.arena, trial.comparison};
  for (const Difference& d : trial.comparison.differences) {
    const bool own = property.claims && property.claims(d, verdict);
    const auto clause = own ? property.clause : clauses::default_clause(d, verdict);
    trial.departures.push_back({std::string(clause), d});
  }
  for (Difference& d : own_findings(property, c, trial))
    trial.departures.push_back({std::string(property.clause), std::move(d)});
}

/// Of the first call that the subject alone denies; empty where it wrote all the same.
std::string why_denied(const Case& c, const Trial& trial) {
  const auto& steps = trial.subject.steps;
  for (std::size_t i = 0; i < steps.size() && i < trial.reference.steps.size(); ++i) {
    if (c.steps[i].tamper || steps[i].status != FP8ORACLE_UNSUPPORTED) continue;
    if (trial.reference.steps[i].status == FP8ORACLE_UNSUPPORTED) continue;
    const bool untouched =
        steps[i].arena == (i == 0 ? initial_arena(c, trial.arena, Fill::kA) : steps[i - 1].arena);
    if (!untouched) break;
    const std::string& why = steps[i].message;
    return std::string(c.steps[i].name()) + ": " + (why.empty() ? "denied without a reason" : why);
  }
  return {};
}

}  // namespace

const Difference* Trial::first(std::string_view clause) const {
  for (const Attributed& a : departures) {
    if (a.clause == clause) return &a.difference;
  }
  return nullptr;
}

const clauses::Property& property_of(std::string_view clause) {
  for (const clauses::Property& p : clauses::properties()) {
    if (p.clause == clause) return p;
  }
  throw UsageError("no property for clause '" + std::string(clause) + "'");
}

Trial judge(const clauses::Property& property, const Case& c, Session& reference,
            Session& subject) {
  Trial trial;
  trial.arena = lay_out(c);
  trial.reference = reference.run(c, Fill::kA);
  trial.subject = subject.run(c, Fill::kA);
  trial.denied = why_denied(c, trial);
  if (!trial.denied.empty()) return trial;
  // What died or broke the device need not, and often cannot, be run again.
  const bool over = trial.subject.death || device_failed(trial.subject);
  const Outcome other = over ? trial.subject : subject.run(c, Fill::kB);
  trial.comparison = compare(c, trial.arena, trial.reference, trial.subject, other);
  attribute(property, c, trial);
  return trial;
}

Trial judge_bare(const clauses::Property& property, const Case& c, Session& reference,
                 Session& subject) {
  Trial trial;
  trial.arena = lay_out(c);
  trial.reference = reference.run(c, Fill::kA);
  trial.subject = subject.run(c, Fill::kNone);
  trial.denied = why_denied(c, trial);
  if (!trial.denied.empty()) return trial;
  trial.comparison = compare_one_run(c, trial.arena, trial.reference, trial.subject);
  attribute(property, c, trial);
  return trial;
}

}  // namespace fp8oracle::runner
