// SPDX-License-Identifier: Apache-2.0
#include "cli/input_run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "fp8oracle/error.h"
#include "fp8oracle/files/tensor_file.h"
#include "fp8oracle/thread_group.h"
#include "plans/plan.h"
#include "runner/judge.h"
#include "runner/shrink.h"

namespace fp8oracle::cli {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::optional<fp8oracle_type> type_of(const std::string& dtype) {
  for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
    if (to_string(type) == dtype) return type;
  }
  return std::nullopt;
}

/// The shape as two dimensions.
void flatten(InputTensor& t) {
  const std::vector<std::int64_t>& shape = t.tensor.shape;
  if (shape.empty()) return;
  t.cols = shape.back();
  for (std::size_t i = 0; i + 1 < shape.size(); ++i) t.rows *= shape[i];
}

std::string why_shape_is_denied(const Scheme& scheme, const InputTensor& t) {
  const plans::ShapeLimits limits = plans::shape_limits(scheme);
  const auto denied = [&](const char* what, std::int64_t have, std::int64_t multiple) {
    return std::string(what) + " " + std::to_string(have) + " is not a multiple of " +
           std::to_string(multiple) + ", which profile " + scheme.profile.name + " needs";
  };
  if (t.cols % limits.col_multiple != 0) return denied("columns", t.cols, limits.col_multiple);
  if (t.rows % limits.row_multiple != 0) return denied("rows", t.rows, limits.row_multiple);
  return {};
}

/// A worker's own copy of the tensor in hand, as the input of a case.
class Bench {
 public:
  Case& hold(std::size_t index, const InputTensor& t) {
    if (index_ == index) return case_;
    index_ = index;
    case_ = Case{};
    case_.note = "tensor " + t.tensor.name;
    case_.number = index;
    InputDecl x{"x", *type_of(t.tensor.dtype), t.rows, t.cols, t.cols, 0, {}};
    x.bits.assign(t.tensor.data.begin(), t.tensor.data.end());
    case_.inputs.push_back(std::move(x));
    return case_;
  }

 private:
  std::optional<std::size_t> index_;
  Case case_;
};

/// amax and scale of the tensor by the reference [K14]: the bits of the scale.
std::uint32_t scale_of(Case& c, const Scheme& scheme, runner::Session& reference) {
  c.tensors = {{"t", scheme, 0, 0, 0}};
  c.cells = {{"a", {0}}, {"s", {0x3F800000}}};
  c.steps = {Step(FP8ORACLE_OP_AMAX).give("input", "x").give("amax", "a"),
             Step(FP8ORACLE_OP_SCALE_FROM_AMAX)
                 .give("amax", "a")
                 .give("scale", "s")
                 .set("input_type", static_cast<std::uint32_t>(c.inputs.front().type))};
  const Outcome outcome = reference.run(c, Fill::kA);
  const Arena arena = lay_out(c);
  std::uint32_t bits = 0;
  std::memcpy(&bits, outcome.steps.at(1).arena.data() + arena.named("s").begin, sizeof bits);
  return bits;
}

/// One cast, with the amax where there is one.
void make_cast(Case& c, const Scheme& scheme, runner::Session& reference) {
  const bool given = scheme.grid.scale_is_given();
  const std::uint32_t scale = given ? scale_of(c, scheme, reference) : 0;
  c.clause = "K10";
  c.scheme = scheme.name();
  const InputDecl& x = c.inputs.front();
  c.tensors = {{"t", scheme, x.rows, x.cols, 0}};
  c.cells.clear();
  Step cast(FP8ORACLE_OP_QUANTIZE);
  give_pairs(cast.give("input", "x"), c.tensors.front());
  if (given) {
    c.cells = {{"s", {scale}}, {"a", {0}}};
    cast.give("scale", "s").give("amax", "a");
  }
  c.steps = {cast};
}

class Runner {
 public:
  Runner(InputRun& run, const runner::SessionFactory& subject,
         const runner::SessionFactory& reference, const runner::VerifyOptions& options)
      : run_(run), subject_(subject), reference_(reference), options_(options) {
    for (std::size_t t = 0; t < run.tensors.size(); ++t) {
      for (std::size_t s = 0; s < run.tensors[t].results.size(); ++s) work_.emplace_back(t, s);
    }
    // The largest first, so that no thread is left alone with it at the end.
    std::stable_sort(work_.begin(), work_.end(), [&](const auto& a, const auto& b) {
      return run.tensors[a.first].tensor.data.size() > run.tensors[b.first].tensor.data.size();
    });
  }

  void run() {
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    on_threads(options_.threads != 0 ? options_.threads : cores, [this] { work(); });
  }

 private:
  void work() {
    try {
      const auto subject = subject_();
      const auto reference = reference_();
      Bench bench;
      for (;;) {
        const std::size_t ticket = next_++;
        if (ticket >= work_.size()) return;
        const auto [t, s] = work_[ticket];
        run_one(bench, t, run_.tensors[t].results[s], *reference, *subject);
        if (options_.progress) options_.progress(ticket + 1, work_.size());
      }
    } catch (...) {
      next_ = work_.size();
      throw;
    }
  }

  void run_one(Bench& bench, std::size_t index, InputResult& result, runner::Session& reference,
               runner::Session& subject) {
    const Clock::time_point start = Clock::now();
    const InputTensor& t = run_.tensors[index];
    result.reason =
        subject.unsupported(FP8ORACLE_OP_QUANTIZE, result.scheme, *type_of(t.tensor.dtype));
    if (result.reason.empty()) result.reason = why_shape_is_denied(result.scheme, t);
    if (!result.reason.empty()) return;
    Case& c = bench.hold(index, t);
    make_cast(c, result.scheme, reference);
    compare_sides(c, result, reference, subject);
    result.seconds = since(start);
  }

  void compare_sides(const Case& c, InputResult& result, runner::Session& reference,
                     runner::Session& subject) {
    const Arena arena = lay_out(c);
    const Outcome wanted = reference.run(c, Fill::kA);
    if (wanted.steps.size() != 1 || wanted.steps[0].status != FP8ORACLE_OK)
      throw std::runtime_error("the reference does not cast " + c.note + " in " + c.scheme);
    for (const ArenaBuffer& b : arena.buffers) {
      if (b.role == Role::kInput || b.name == "s") continue;
      result.elements += b.bytes / static_cast<std::uint64_t>(b.element_bytes);
      if (b.role == Role::kCodes) result.codes += b.bytes;
    }
    if (result.quality) measure_quality(c, arena, wanted, result);
    const Outcome got = subject.run(c, Fill::kA);
    result.status = runner::Status::kPassed;
    // Byte for byte alike is the common case; anything else is for the judge, who knows the masks.
    if (got.steps.size() == 1 && got.steps[0].status == FP8ORACLE_OK &&
        got.steps[0].arena == wanted.steps[0].arena)
      return;
    judge_difference(c, result, reference, subject);
  }

  static void measure_quality(const Case& c, const Arena& arena, const Outcome& wanted,
                              InputResult& result) {
    const auto direction =
        result.scheme.has(FP8ORACLE_ROWWISE) ? FP8ORACLE_ROWWISE : FP8ORACLE_COLUMNWISE;
    const runner::Cast cast = runner::casts_of(c, arena, wanted, 0).at(0);
    result.quality = measure(runner::QuantizedView(c, arena, wanted, 0, cast, direction));
  }

  void judge_difference(const Case& c, InputResult& result, runner::Session& reference,
                        runner::Session& subject) {
    const runner::Trial trial = runner::judge(runner::property_of(c.clause), c, reference, subject);
    if (!trial.denied.empty()) {
      result.status = runner::Status::kSkipped;
      result.reason = trial.denied;
      return;
    }
    std::set<std::string> broken;
    for (const runner::Attributed& a : trial.departures) broken.emplace(a.clause);
    if (broken.empty()) return;
    result.status = runner::Status::kFailed;
    result.clauses.assign(broken.begin(), broken.end());
    for (const std::string& clause : broken) {
      if (!claim(clause)) continue;
      const runner::Shrunk shrunk = runner::shrink(clause, c, trial, reference, subject);
      runner::Finding finding = runner::describe(clause, shrunk.smallest, shrunk.trial);
      finding.original = shrunk.smallest;  // the tensor itself may be gigabytes
      const std::lock_guard lock(mutex_);
      run_.findings.emplace(clause, std::move(finding));
    }
  }

  bool claim(const std::string& clause) {
    const std::lock_guard lock(mutex_);
    return claimed_.insert(clause).second;
  }

  InputRun& run_;
  const runner::SessionFactory& subject_;
  const runner::SessionFactory& reference_;
  const runner::VerifyOptions& options_;
  std::vector<std::pair<std::size_t, std::size_t>> work_;  // tensor, result
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::set<std::string> claimed_;
};

std::vector<InputResult> results_for(const runner::VerifyOptions& options) {
  std::vector<InputResult> results;
  std::set<std::string> measured;
  for (const Profile& profile : options.profiles) {
    for (const Scheme& scheme : schemes_of(profile)) {
      if (!options.scheme_pattern.empty() && !scheme_matches(options.scheme_pattern, scheme))
        continue;
      results.push_back({});
      results.back().scheme = scheme;
      const std::string kind = std::string(scheme.format.name) + "." + to_string(scheme.grid);
      if (measured.insert(kind).second) results.back().quality = Quality{};
    }
  }
  return results;
}

}  // namespace

InputRun run_input(const std::string& path, const runner::SessionFactory& subject,
                   const runner::SessionFactory& reference, const runner::VerifyOptions& options) {
  const Clock::time_point start = Clock::now();
  InputRun run;
  for (files::NamedTensor& tensor : files::read_tensor_file(path)) {
    InputTensor t;
    t.tensor = std::move(tensor);
    flatten(t);
    if (type_of(t.tensor.dtype)) {
      t.results = results_for(options);
    } else {
      t.skipped = "type " + t.tensor.dtype + " is none that a quantizer takes (F32, BF16, F16)";
    }
    run.tensors.push_back(std::move(t));
  }
  Runner(run, subject, reference, options).run();
  run.seconds = since(start);
  return run;
}

}  // namespace fp8oracle::cli
