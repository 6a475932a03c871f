// SPDX-License-Identifier: Apache-2.0
#include "mutants/kill_table.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "contract/contract.h"
#include "fp8oracle/error.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/thread_group.h"
#include "runner/verify.h"

namespace fp8oracle::mutants {
namespace {

using Clock = std::chrono::steady_clock;
using runner::Session;
using runner::SessionFactory;
using runner::Status;

/// A profile that only mutants live in: te, where the code of a NaN keeps the sign.
Profile keep_sign() {
  Profile p = find_profile("te");
  p.name = "keep-sign";
  p.source = "te, with element.nan_code = keep sign";
  p.knobs.element_nan = FP8ORACLE_NAN_KEEP_SIGN;
  return p;
}

/// The built-in profiles, and those that only some of the mutants live in.
std::vector<Profile> profiles_of(std::span<const Mutant> mutants) {
  std::vector<Profile> profiles = builtin_profiles();
  for (const Mutant& m : mutants) {
    const bool known =
        m.profile.empty() || std::any_of(profiles.begin(), profiles.end(),
                                         [&](const Profile& p) { return p.name == m.profile; });
    if (!known) profiles.push_back(mutant_profile(m.profile));
  }
  return profiles;
}

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

SessionFactory in_process(const fp8oracle_backend_table& table) {
  return [&table] { return runner::open_in_process(table); };
}

SessionFactory subject_of(const Mutant& m, const KillOptions& options) {
  if (!m.isolated) return in_process(*m.table);
  runner::ChildOptions child = options.child;
  child.backend = "mutant:" + m.name;
  return [child]() -> std::unique_ptr<Session> { return runner::open_in_child(child); };
}

/// The cases of the mutant's own clause, or of all, in one thread: how many it took is the same
/// every time.
runner::VerifyOptions verify_options(const Mutant& m, const KillOptions& options) {
  runner::VerifyOptions v;
  v.profiles =
      m.profile.empty() ? builtin_profiles() : std::vector<Profile>{mutant_profile(m.profile)};
  if (options.complete) v.clause_ids = {m.clause};
  v.seed = options.seed;
  v.threads = 1;
  v.stop_at_first_failure = true;
  v.shrink = false;
  return v;
}

const runner::ClauseResult* first_failed(const runner::Report& report, const std::string& clause) {
  const runner::ClauseResult* other = nullptr;
  for (const runner::ClauseResult& result : report.clauses) {
    if (result.status != Status::kFailed) continue;
    if (result.id == clause) return &result;
    if (other == nullptr) other = &result;
  }
  return other;
}

std::string first_failed_scheme(const runner::ClauseResult& result) {
  for (const runner::SchemeResult& scheme : result.schemes) {
    if (scheme.status == Status::kFailed) return scheme.scheme;
  }
  return {};
}

Kill try_mutant(const Mutant& m, const fp8oracle_backend_table& reference,
                const KillOptions& options) {
  const Clock::time_point start = Clock::now();
  Kill kill;
  kill.mutant = m;
  const runner::Report report =
      runner::verify(subject_of(m, options), in_process(reference), verify_options(m, options));
  kill.cases = report.cases();
  const runner::ClauseResult* failed = first_failed(report, m.clause);
  if (failed != nullptr) {
    kill.killed_by = failed->id;
    kill.scheme = first_failed_scheme(*failed);
  }
  const bool killed = failed != nullptr && (failed->id == m.clause || !options.complete);
  if (m.equivalent.empty()) {
    kill.fate = killed ? Fate::kKilled : Fate::kSurvived;
  } else {
    kill.fate = failed != nullptr ? Fate::kRefuted : Fate::kEquivalent;
    if (options.prove) {
      const Proof proof = options.prove(m);
      kill.proof = proof.text;
      if (!proof.holds) kill.fate = Fate::kRefuted;
    }
  }
  kill.seconds = since(start);
  return kill;
}

WrongReference try_as_reference(const Mutant& m, const fp8oracle_backend_table& right,
                                const KillOptions& options) {
  const Clock::time_point start = Clock::now();
  // Only who can capture is given cases with a replay.
  const fp8oracle_backend_table& subject =
      m.table->capture != nullptr ? correct_queued_kernel() : right;
  const runner::Report report =
      runner::verify(in_process(subject), in_process(*m.table), verify_options(m, options));
  return {m.name, m.clause, report.status() == Status::kFailed, report.cases(), since(start)};
}

/// The first mutant of each clause that can stand in the reference's place: what a case must
/// refuse is written in the case, what it costs is declared, and no reference decides it.
std::vector<Mutant> as_references(std::span<const Mutant> mutants) {
  std::vector<Mutant> chosen;
  std::set<std::string> clauses{"K7", "K31", "K32"};
  for (const Mutant& m : mutants) {
    if (m.isolated || !m.equivalent.empty()) continue;
    if (clauses.insert(m.clause).second) chosen.push_back(m);
  }
  return chosen;
}

std::vector<std::string> unguarded_clauses(std::span<const Mutant> mutants) {
  std::vector<std::string> missing;
  for (const Clause& clause : contract()) {
    const bool guarded = std::any_of(mutants.begin(), mutants.end(), [&](const Mutant& m) {
      return m.clause == clause.id && m.equivalent.empty();
    });
    if (!guarded) missing.emplace_back(clause.id);
  }
  return missing;
}

std::vector<Mutant> of_family(std::span<const Mutant> mutants, const std::string& family) {
  std::vector<Mutant> chosen;
  std::set<std::string> known;
  for (const Mutant& m : mutants) {
    known.insert(m.family);
    if (family.empty() || m.family == family) chosen.push_back(m);
  }
  if (!chosen.empty()) return chosen;
  std::string names;
  for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
  throw UsageError("unknown family '" + family + "' (" + names + ")");
}

/// work(i) for i in 0 .. count - 1, on `threads` threads. The first exception comes out.
void in_parallel(std::size_t count, unsigned threads,
                 const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  on_threads(threads, [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      throw;
    }
  });
}

/// The correct kernel on every clause that one of the mutants is to break.
runner::Report run_control(std::span<const Mutant> mutants,
                           const fp8oracle_backend_table& reference, const KillOptions& options) {
  runner::VerifyOptions v;
  for (const Mutant& m : mutants) v.clause_ids.push_back(m.clause);
  v.profiles = profiles_of(mutants);
  v.seed = options.seed;
  v.threads = options.threads;
  const fp8oracle_backend_table& right =
      options.control != nullptr ? *options.control : correct_queued_kernel();
  return runner::verify(in_process(right), in_process(reference), v);
}

}  // namespace

const Profile& mutant_profile(std::string_view name) {
  static const Profile own = keep_sign();
  return name == own.name ? own : find_profile(name);
}

std::string_view to_string(Fate fate) {
  switch (fate) {
    case Fate::kKilled: return "KILLED";
    case Fate::kSurvived: return "SURVIVED";
    case Fate::kEquivalent: return "EQUIVALENT";
    case Fate::kRefuted: return "REFUTED";
  }
  return "?";
}

std::uint64_t KillTable::count(Fate fate) const {
  return static_cast<std::uint64_t>(std::count_if(
      kills.begin(), kills.end(), [fate](const Kill& kill) { return kill.fate == fate; }));
}

bool KillTable::good() const {
  const bool noticed = std::all_of(references.begin(), references.end(),
                                   [](const WrongReference& r) { return r.noticed; });
  return noticed && unguarded.empty() && control.status() == Status::kPassed &&
         count(Fate::kSurvived) == 0 && count(Fate::kRefuted) == 0;
}

KillTable run_kill_table(std::span<const Mutant> mutants, const fp8oracle_backend_table& reference,
                         const KillOptions& options) {
  const Clock::time_point start = Clock::now();
  const std::vector<Mutant> chosen = of_family(mutants, options.family);
  // Out of all, so that a family alone puts no other one in the reference's place.
  std::vector<Mutant> references =
      options.complete ? as_references(mutants) : std::vector<Mutant>{};
  if (!options.family.empty())
    std::erase_if(references, [&](const Mutant& m) { return m.family != options.family; });
  KillTable table;
  table.seed = options.seed;
  // A family alone need not break every clause.
  if (options.complete && options.family.empty()) table.unguarded = unguarded_clauses(chosen);
  table.control = run_control(chosen, reference, options);
  table.kills.resize(chosen.size());
  table.references.resize(references.size());
  const std::size_t count = chosen.size() + references.size();
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  std::atomic<std::size_t> done{0};
  in_parallel(count, options.threads != 0 ? options.threads : cores, [&](std::size_t i) {
    if (i < chosen.size()) {
      table.kills[i] = try_mutant(chosen[i], reference, options);
    } else {
      const std::size_t r = i - chosen.size();
      table.references[r] = try_as_reference(references[r], reference, options);
    }
    if (options.progress) options.progress(++done, count);
  });
  table.seconds = since(start);
  return table;
}

}  // namespace fp8oracle::mutants
