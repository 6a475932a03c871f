// SPDX-License-Identifier: Apache-2.0
#include "runner/verify.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "clauses/property.h"
#include "contract/contract.h"
#include "fp8oracle/error.h"
#include "fp8oracle/thread_group.h"
#include "runner/case_maker.h"
#include "runner/execute.h"
#include "runner/judge.h"
#include "runner/sanitize.h"
#include "runner/shrink.h"
#include "runner/support.h"
#include "runner/verdict.h"

namespace fp8oracle::runner {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kFullFactor = 15;
// A backend that dies, or breaks its device, in case after case is not worth a process for each
// clause and scheme.
constexpr int kMostDeathsOfAClause = 4;
constexpr int kMostDeaths = 200;
constexpr std::uint32_t kMostRedraws = 8;  ///< of a case that the backend denies
constexpr int kMostHangs = 8;
constexpr double kShrinkSeconds = 10;     ///< for one clause
constexpr double kAllShrinkSeconds = 40;  ///< for all of them

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One clause on one scheme: the unit of work.
struct Item {
  const clauses::Property* property = nullptr;
  Scheme scheme;
  SchemeResult result;
  std::uint64_t elements = 0;
  std::uint64_t codes = 0;
  double seconds = 0;
  Coverage coverage{};
};

/// The first case that broke a clause, in the order of items, so that threads do not matter.
struct Failure {
  std::size_t item = 0;
  std::uint64_t number = 0;
  Case c;
  Trial trial;
};

class Run {
 public:
  Run(const SessionFactory& subject, const SessionFactory& reference, const VerifyOptions& options)
      : subject_(subject), reference_(reference), options_(options), start_(Clock::now()) {
    for (const clauses::Property& property : clauses::properties()) {
      if (!selected(property.clause)) continue;
      for (const Profile& profile : options.profiles) {
        for (const Scheme& scheme : schemes_of(profile)) {
          if (!options.scheme_pattern.empty() && !scheme_matches(options.scheme_pattern, scheme))
            continue;
          if (property.applies(scheme))
            items_.push_back({&property, scheme, {scheme.name(), Status::kSkipped, "", 0}});
        }
      }
    }
  }

  Report run() {
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    // Which case is the first in its cell must not depend on the threads.
    const unsigned threads = options_.level == Level::kSanitize ? 1
                             : options_.threads != 0            ? options_.threads
                                                                : cores;
    on_threads(threads, [this] { work(); });
    return report();
  }

 private:
  bool selected(std::string_view clause) const {
    const auto& ids = options_.clause_ids;
    return ids.empty() || std::find(ids.begin(), ids.end(), clause) != ids.end();
  }

  std::uint64_t rounds() const {
    const bool more = options_.level == Level::kFull || options_.level == Level::kExhaustive;
    return more ? kFullFactor : 1;
  }

  bool over(std::uint64_t round) const {
    if (stop_) return true;
    return options_.seconds ? since(start_) >= *options_.seconds : round >= rounds();
  }

  void work() {
    try {
      const auto subject = subject_();
      const auto reference = reference_();
      Support support(*subject);
      // Rounds of all items, so that a time limit cuts every clause alike.
      for (;;) {
        const std::size_t ticket = next_++;
        const std::size_t item = ticket % std::max<std::size_t>(items_.size(), 1);
        const std::uint64_t round = ticket / std::max<std::size_t>(items_.size(), 1);
        if (items_.empty() || over(round)) return;
        run_item(item, round, *reference, *subject, support);
        if (options_.progress) options_.progress(ticket + 1, items_.size() * rounds());
      }
    } catch (...) {
      stop_ = true;
      throw;
    }
  }

  void run_item(std::size_t index, std::uint64_t round, Session& reference, Session& subject,
                Support& support) {
    const Clock::time_point start = Clock::now();
    // Property and scheme never change; the counts are added under the lock.
    Item local{items_[index].property, items_[index].scheme, {}};
    local.result.scheme = local.scheme.name();
    const auto cases = options_.level == Level::kSanitize
                           ? kSanitizeVariants
                           : static_cast<std::uint64_t>(local.property->smoke_cases);
    CaseMaker maker(*local.property, local.scheme, support, options_.level == Level::kSanitize);
    try {
      for (std::uint64_t i = 0; i < cases && !stop_; ++i) {
        if (failed(index)) break;  // one counterexample a clause and scheme
        if (!why_not_run(*local.property).empty()) break;
        run_case(index, local, round * cases + i, reference, subject, maker);
      }
    } catch (const BackendError& error) {
      local.result.status = Status::kError;
      local.result.reason = error.what();
      const auto* ended = dynamic_cast<const ProcessEnded*>(&error);
      note_death(*local.property, ended == nullptr ? End::kDied : ended->end);
    }
    local.seconds = since(start);
    merge(index, local);
  }

  bool failed(std::size_t index) {
    const std::lock_guard lock(mutex_);
    return items_[index].result.status == Status::kFailed;
  }

  /// The case, or nothing where the backend cannot run it or the level has no need of it.
  std::optional<Case> make_case(Item& local, std::uint64_t number, std::uint32_t redraw,
                                CaseMaker& maker) {
    std::optional<Case> c = maker.make(options_.seed, number, redraw, local.result.reason);
    if (c && options_.level == Level::kSanitize && !cells_.adds(*c)) {
      local.result.reason = "level sanitize: its kernels ran in other cases";
      c.reset();
    }
    return c;
  }

  void run_case(std::size_t index, Item& local, std::uint64_t number, Session& reference,
                Session& subject, CaseMaker& maker) {
    for (std::uint32_t redraw = 0; redraw <= kMostRedraws && !stop_; ++redraw) {
      const auto c = make_case(local, number, redraw, maker);
      if (!c || run_drawn(index, local, number, *c, reference, subject)) return;
    }
  }

  /// False: the backend denies it.
  bool run_drawn(std::size_t index, Item& local, std::uint64_t number, const Case& c,
                 Session& reference, Session& subject) {
    const Trial trial = options_.level == Level::kSanitize
                            ? judge_bare(*local.property, c, reference, subject)
                            : judge(*local.property, c, reference, subject);
    if (!trial.denied.empty()) {
      ++local.result.denied;
      local.result.reason = trial.denied;
      return false;
    }
    ++local.result.cases;
    local.elements += trial.comparison.elements;
    local.codes += trial.comparison.codes;
    count_coverage(c, trial.arena, trial.reference, local.coverage);
    if (local.result.status != Status::kFailed) local.result.status = Status::kPassed;
    std::set<std::string_view> seen;
    for (const Attributed& a : trial.departures) {
      if (seen.insert(a.clause).second) record(index, local, a.clause, number, c, trial);
    }
    if (trial.subject.death) note_death(*local.property, trial.subject.death->end);
    if (device_failed(trial.subject)) note_death(*local.property, End::kDied);
    return true;
  }

  void note_death(const clauses::Property& property, End end) {
    const std::lock_guard lock(mutex_);
    ++deaths_;
    ++deaths_of_[&property];
    if (end == End::kNoAnswer) ++hangs_;
    if (deaths_ >= kMostDeaths || hangs_ >= kMostHangs) stop_ = true;
  }

  /// Why the clause's other schemes are left alone, or an empty string.
  std::string why_not_run(const clauses::Property& property) {
    const std::lock_guard lock(mutex_);
    if (hangs_ >= kMostHangs)
      return "not run: the backend hung in " + std::to_string(hangs_) + " cases before";
    if (deaths_ >= kMostDeaths)
      return "not run: the backend's process ended or its device failed in " +
             std::to_string(deaths_) + " cases before";
    const auto of_clause = deaths_of_.find(&property);
    if (of_clause == deaths_of_.end() || of_clause->second < kMostDeathsOfAClause) return {};
    return "not run: the backend's process ended or its device failed in " +
           std::to_string(of_clause->second) + " cases of this clause before";
  }

  void record(std::size_t index, Item& local, std::string_view clause, std::uint64_t number,
              const Case& c, const Trial& trial) {
    const std::lock_guard lock(mutex_);
    if (clause == local.property->clause) local.result.status = Status::kFailed;
    foreign_[std::string(clause)].insert({c.scheme, index});
    const auto known = failures_.find(clause);
    if (known == failures_.end() ||
        std::pair(index, number) < std::pair(known->second.item, known->second.number))
      failures_.insert_or_assign(std::string(clause), Failure{index, number, c, trial});
    // Mutants: one counterexample of the clause that was asked for is enough.
    if (options_.stop_at_first_failure && selected(clause)) stop_ = true;
  }

  void merge(std::size_t index, const Item& local) {
    const std::lock_guard lock(mutex_);
    Item& item = items_[index];
    // FAILED stands before ERROR, that before PASSED.
    const auto weight = [](Status status) {
      return status == Status::kFailed   ? 3
             : status == Status::kError  ? 2
             : status == Status::kPassed ? 1
                                         : 0;
    };
    if (weight(local.result.status) > weight(item.result.status)) {
      item.result.status = local.result.status;
      item.result.reason = local.result.reason;
    }
    if (item.result.reason.empty()) item.result.reason = local.result.reason;
    if (item.result.status == Status::kPassed) item.result.reason.clear();
    item.result.cases += local.result.cases;
    item.result.denied += local.result.denied;
    item.elements += local.elements;
    item.codes += local.codes;
    item.seconds += local.seconds;
    item.coverage += local.coverage;
  }

  Report report() {
    Report report;
    const auto subject = subject_();
    report.backend = subject->name();
    report.device = subject->device();
    for (const Profile& profile : options_.profiles) report.profiles.push_back(profile.name);
    report.level = to_string(options_.level);
    report.seed = options_.seed;
    for (const Clause& clause : contract()) {
      if (selected(clause.id) || failures_.count(std::string(clause.id)))
        report.clauses.push_back(result_of(clause));
    }
    if (options_.shrink) add_findings(report, *subject);
    report.seconds = since(start_);
    return report;
  }

  ClauseResult result_of(const Clause& clause) {
    ClauseResult result;
    result.id = clause.id;
    bool ordinary = false;
    std::vector<SchemeCoverage> covered;
    for (const Item& item : items_) {
      if (item.property->clause != clause.id) continue;
      ordinary = item.property->ordinary;
      result.schemes.push_back(item.result);
      if (item.result.status == Status::kSkipped && item.result.reason.empty())
        result.schemes.back().reason = why_not_run(*item.property);
      covered.push_back({&item.scheme, item.result.cases, &item.coverage});
      result.cases += item.result.cases;
      result.elements += item.elements;
      result.codes += item.codes;
      result.seconds += item.seconds;
      result.coverage += item.coverage;
    }
    mark_foreign_failures(result);
    judge_clause(result, ordinary);
    if (options_.level != Level::kSanitize) judge_coverage(result, covered);
    return result;
  }

  /// Failures of this clause that another clause's cases showed.
  void mark_foreign_failures(ClauseResult& result) {
    const auto found = foreign_.find(result.id);
    if (found == foreign_.end()) return;
    for (const auto& [scheme, item] : found->second) {
      auto at = std::find_if(result.schemes.begin(), result.schemes.end(),
                             [&](const SchemeResult& s) { return s.scheme == scheme; });
      if (at == result.schemes.end())
        at = result.schemes.insert(at, {scheme, Status::kFailed, "", 0});
      if (at->status == Status::kFailed && at->reason.empty() &&
          items_[item].property->clause != result.id) {
        at->reason = "shown by a case of " + std::string(items_[item].property->clause);
      }
      at->status = Status::kFailed;
    }
  }

  void add_findings(Report& report, Session& subject) {
    const auto reference = reference_();
    const Clock::time_point start = Clock::now();
    for (ClauseResult& clause : report.clauses) {
      const auto found = failures_.find(clause.id);
      if (found == failures_.end()) continue;
      const Failure& failure = found->second;
      const double left = std::min(kShrinkSeconds, kAllShrinkSeconds - since(start));
      const Shrunk shrunk =
          shrink(clause.id, failure.c, failure.trial, *reference, subject, {400, left});
      clause.finding = describe(clause.id, shrunk.smallest, shrunk.trial);
      clause.finding->original = failure.c;
      if (!shrunk.unable.empty()) {
        clause.finding->derivation.push_back("the case could not be run once more: " +
                                             shrunk.unable);
      } else if (!shrunk.fails_again && left > 0) {
        clause.finding->derivation.push_back("the case passed when it was run once more");
      }
    }
  }

  const SessionFactory& subject_;
  const SessionFactory& reference_;
  const VerifyOptions& options_;
  const Clock::time_point start_;
  std::vector<Item> items_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  SanitizeCells cells_;
  int deaths_ = 0;
  int hangs_ = 0;
  std::map<const clauses::Property*, int> deaths_of_;
  std::map<std::string, Failure, std::less<>> failures_;
  std::map<std::string, std::map<std::string, std::size_t>> foreign_;  // clause -> scheme -> item
};

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kSmoke: return "smoke";
    case Level::kFull: return "full";
    case Level::kExhaustive: return "exhaustive";
    case Level::kSanitize: return "sanitize";
  }
  return "?";
}

Level parse_level(const std::string& word) {
  for (const Level level : {Level::kSmoke, Level::kFull, Level::kExhaustive, Level::kSanitize}) {
    if (to_string(level) == word) return level;
  }
  throw UsageError("unknown level '" + word + "' (smoke, full, exhaustive, sanitize)");
}

Report verify(const SessionFactory& subject, const SessionFactory& reference,
              const VerifyOptions& options) {
  return Run(subject, reference, options).run();
}

}  // namespace fp8oracle::runner
