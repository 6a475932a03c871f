// SPDX-License-Identifier: Apache-2.0
#include "runner/verify.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "clauses/property.h"
#include "contract/contract.h"
#include "fp8oracle/error.h"
#include "runner/judge.h"
#include "runner/shrink.h"
#include "runner/support.h"

namespace fp8oracle::runner {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kFullFactor = 15;
constexpr std::uint64_t kMistrustCodes = 1000;
constexpr double kMistrustShare = 0.9;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// FNV-1a: a salt for the generator out of clause and scheme, the same on every machine.
std::uint64_t salt_of(std::string_view clause, const std::string& scheme) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const std::string_view part : {clause, std::string_view(scheme)}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  }
  return hash;
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
  std::string scheme;
  Case c;
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
    const unsigned threads = options_.threads != 0 ? options_.threads : cores;
    std::vector<std::thread> workers;
    for (unsigned t = 0; t < threads; ++t) workers.emplace_back([this] { work(); });
    for (std::thread& worker : workers) worker.join();
    if (error_) std::rethrow_exception(error_);
    return report();
  }

 private:
  bool selected(std::string_view clause) const {
    const auto& ids = options_.clause_ids;
    return ids.empty() || std::find(ids.begin(), ids.end(), clause) != ids.end();
  }

  std::uint64_t rounds() const { return options_.level == Level::kSmoke ? 1 : kFullFactor; }

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
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      stop_ = true;
    }
  }

  void run_item(std::size_t index, std::uint64_t round, Session& reference, Session& subject,
                Support& support) {
    const Clock::time_point start = Clock::now();
    // Property and scheme never change; the counts are added under the lock.
    Item local{items_[index].property, items_[index].scheme, {}};
    local.result.scheme = local.scheme.name();
    const auto cases = static_cast<std::uint64_t>(local.property->smoke_cases);
    for (std::uint64_t i = 0; i < cases && !stop_; ++i) {
      if (failed(index)) break;  // one counterexample a clause and scheme
      run_case(index, local, round * cases + i, reference, subject, support);
    }
    local.seconds = since(start);
    merge(index, local);
  }

  bool failed(std::size_t index) {
    const std::lock_guard lock(mutex_);
    return items_[index].result.status == Status::kFailed;
  }

  void run_case(std::size_t index, Item& local, std::uint64_t number, Session& reference,
                Session& subject, Support& support) {
    const clauses::Property& property = *local.property;
    const auto limits =
        property.limits ? property.limits(local.scheme) : plans::shape_limits(local.scheme);
    plans::Plan plan = plans::draw_plan(limits, options_.seed,
                                        salt_of(property.clause, local.result.scheme), number);
    std::string why;
    const auto types = support.quantize_types(local.scheme, why);
    if (!types.empty() && std::find(types.begin(), types.end(), plan.type) == types.end())
      plan.type = types[number % types.size()];
    Case c = property.make(local.scheme, plan);
    c.seed = options_.seed;
    c.number = number;
    const std::string missing = support.trim(c, property);
    if (!missing.empty()) {
      local.result.reason = missing;
      return;
    }
    const Trial trial = judge(property, c, reference, subject);
    ++local.result.cases;
    local.elements += trial.comparison.elements;
    local.codes += trial.comparison.codes;
    count_coverage(c, trial.arena, trial.reference, local.coverage);
    if (local.result.status != Status::kFailed) local.result.status = Status::kPassed;
    for (const Attributed& a : trial.departures) record(index, local, a.clause, number, c);
  }

  void record(std::size_t index, Item& local, std::string_view clause, std::uint64_t number,
              const Case& c) {
    const std::lock_guard lock(mutex_);
    if (clause == local.property->clause) local.result.status = Status::kFailed;
    Failure& failure =
        failures_.try_emplace(std::string(clause), Failure{index, number, c.scheme, c})
            .first->second;
    foreign_[std::string(clause)].insert({c.scheme, index});
    if (std::pair(index, number) < std::pair(failure.item, failure.number))
      failure = {index, number, c.scheme, c};
    // Mutants: one counterexample of the clause that was asked for is enough.
    if (options_.stop_at_first_failure && selected(clause)) stop_ = true;
  }

  void merge(std::size_t index, const Item& local) {
    const std::lock_guard lock(mutex_);
    Item& item = items_[index];
    if (item.result.status == Status::kSkipped || local.result.status == Status::kFailed) {
      if (local.result.status != Status::kSkipped) item.result.status = local.result.status;
    }
    if (item.result.reason.empty()) item.result.reason = local.result.reason;
    item.result.cases += local.result.cases;
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
    for (const Item& item : items_) {
      if (item.property->clause != clause.id) continue;
      ordinary = item.property->ordinary;
      result.schemes.push_back(item.result);
      result.cases += item.result.cases;
      result.elements += item.elements;
      result.codes += item.codes;
      result.seconds += item.seconds;
      result.coverage += item.coverage;
    }
    mark_foreign_failures(result);
    judge_clause(result, ordinary);
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

  static void judge_clause(ClauseResult& result, bool ordinary) {
    const auto count = [&](Status s) {
      return std::count_if(result.schemes.begin(), result.schemes.end(),
                           [s](const SchemeResult& r) { return r.status == s; });
    };
    if (count(Status::kFailed) > 0) {
      result.status = Status::kFailed;
      result.reason = "failed in " + std::to_string(count(Status::kFailed)) + " of " +
                      std::to_string(result.schemes.size()) + " schemes";
      return;
    }
    if (count(Status::kPassed) == 0) {
      result.status = Status::kSkipped;
      result.reason = result.schemes.empty() ? "no scheme of this clause was asked for"
                                             : result.schemes.front().reason;
      if (result.reason.empty()) result.reason = "no case was run";
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

  void add_findings(Report& report, Session& subject) {
    const auto reference = reference_();
    for (ClauseResult& clause : report.clauses) {
      const auto failure = failures_.find(clause.id);
      if (failure == failures_.end()) continue;
      const Case smallest = shrink(clause.id, failure->second.c, *reference, subject);
      clause.finding = describe(clause.id, smallest,
                                judge(property_of(smallest.clause), smallest, *reference, subject));
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
  std::exception_ptr error_;
  std::map<std::string, Failure> failures_;
  std::map<std::string, std::map<std::string, std::size_t>> foreign_;  // clause -> scheme -> item
};

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kSmoke: return "smoke";
    case Level::kFull: return "full";
    case Level::kExhaustive: return "exhaustive";
  }
  return "?";
}

Level parse_level(const std::string& word) {
  for (const Level level : {Level::kSmoke, Level::kFull, Level::kExhaustive}) {
    if (to_string(level) == word) return level;
  }
  throw UsageError("unknown level '" + word + "' (smoke, full, exhaustive)");
}

Report verify(const SessionFactory& subject, const SessionFactory& reference,
              const VerifyOptions& options) {
  return Run(subject, reference, options).run();
}

}  // namespace fp8oracle::runner
