// SPDX-License-Identifier: Apache-2.0
#include "runner/child_session.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "fp8oracle/error.h"
#include "fp8oracle/scheme.h"
#include "runner/execute.h"

namespace fp8oracle::runner {
namespace {

/// A batch is cut when it needs more shared memory than this; one large case may.
constexpr std::uint64_t kBatchBytes = std::uint64_t{32} << 20;
/// A backend that has hung once is waited for no longer than this.
constexpr std::chrono::milliseconds kLimitAfterAHang{2'000};

template <typename Body>
std::string as_bytes(const Body& body) {
  std::string bytes(sizeof body, '\0');
  std::memcpy(bytes.data(), &body, sizeof body);
  return bytes;
}

Death death(std::size_t finished, std::size_t steps, const std::string& reason, End end) {
  if (finished < steps) return {finished, reason, end};
  return {steps == 0 ? 0 : steps - 1, "after the last step: " + reason, end};
}

}  // namespace

ChildSession::ChildSession(ChildOptions options) : options_(std::move(options)) {
  start(options_.backend);
}

ChildSession::~ChildSession() = default;

std::unique_ptr<ChildSession> open_in_child(const ChildOptions& options) {
  return std::make_unique<ChildSession>(options);
}

// ---- Starting, and turning to a backend ---------------------------------------------------------

void ChildSession::start(const std::string& backend) {
  child_ = std::make_unique<Child>(options_.executable);
  cases_in_child_ = 0;
  const std::string hello = as_bytes(HelloBody{getpid(), options_.memory_limit_bytes});
  const auto answer =
      child_->ask(MessageKind::kHello, hello + backend, within(options_.open_limit));
  try {
    accept(answer, backend);
  } catch (const BackendError&) {
    child_.reset();
    throw;
  }
}

/// Notes how the backend that was asked for calls itself.
void ChildSession::accept(const Child::Answer& answer, const std::string& backend) {
  if (answer.ending) {
    throw BackendError("backend " + backend +
                       ": loading it ended its process: " + answer.ending->reason);
  }
  if (answer.message.kind != MessageKind::kBackend) throw BackendError(answer.message.body);
  const std::string& text = answer.message.body;
  can_capture_ = !text.empty() && text.front() == kCanCapture;
  const std::size_t end_of_name = std::min(text.find('\0'), text.size());
  name_ = text.substr(std::min<std::size_t>(1, end_of_name), end_of_name - 1);
  device_ = text.substr(std::min(end_of_name + 1, text.size()));
  options_.backend = backend;
}

void ChildSession::use(const std::string& backend) {
  if (backend == options_.backend) return;
  if (child_) {
    const auto answer = child_->ask(MessageKind::kUse, backend, within(options_.open_limit));
    if (!answer.ending) return accept(answer, backend);
    child_.reset();  // an earlier case may have broken it: a fresh one decides
  }
  start(backend);
}

// ---- Running cases ------------------------------------------------------------------------------

Outcome ChildSession::run(const Case& c, Fill fill) {
  const CaseRun one{&c, fill};
  return std::move(run_batch({&one, 1}).front());
}

std::vector<Outcome> ChildSession::run_batch(std::span<const CaseRun> runs) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(runs.size());
  while (!runs.empty()) runs = runs.subspan(run_some(runs, outcomes));
  return outcomes;
}

/// Runs as many as go in one message, up to and including the first that does not finish or breaks
/// the device.
std::size_t ChildSession::run_some(std::span<const CaseRun> runs, std::vector<Outcome>& outcomes) {
  try {
    if (!child_) start(options_.backend);
  } catch (const BackendError& error) {
    outcomes.push_back(
        {{}, Death{0, std::string("cannot be started again: ") + error.what(), End::kNotStarted}});
    return 1;
  }
  const BatchWriter batch(child_->memory(), runs, kBatchBytes);
  const Child::Answer answer = ask_run(batch);
  for (std::size_t i = 0; i < batch.items(); ++i) {
    BatchWriter::Result result = batch.result(i);
    const bool last = i + 1 == batch.items();
    const bool broken = device_failed(result.outcome);
    const bool finished = result.ending == Ending::kFinished && !(last && answer.ending);
    if (!finished) {
      const std::string reason = why_unfinished(batch, i, result, answer);
      const End end = answer.ending ? answer.ending->end : End::kDied;
      if (end == End::kNoAnswer)
        options_.case_limit = std::min(options_.case_limit, kLimitAfterAHang);
      const std::size_t steps = runs[i].test_case->steps.size();
      result.outcome.death = death(result.outcome.steps.size(), steps, reason, end);
    }
    outcomes.push_back(std::move(result.outcome));
    ++cases_in_child_;
    if (!finished || broken) {
      child_.reset();
      return i + 1;
    }
  }
  if (batch.bytes() > kBatchBytes) child_->memory().release_behind(kBatchBytes);
  return batch.items();
}

/// The limit counts from the moment the child began the case in flight. The moment is what the
/// child says, so it may not lie in the future, and the batch as a whole has its own end.
Child::Answer ChildSession::ask_run(const BatchWriter& batch) {
  const auto sent_at = Child::Clock::now();
  const auto limit = options_.case_limit;
  const auto when = [&batch, sent_at, limit]() -> Child::Clock::time_point {
    const Child::Clock::time_point begun_at{std::chrono::nanoseconds(batch.begun_at_ns())};
    const auto from = std::min(std::max(sent_at, begun_at), Child::Clock::now());
    return std::min(from + limit, sent_at + limit * static_cast<std::int64_t>(batch.items()));
  };
  const RunBody body{batch.items(), child_->memory().size()};
  return child_->ask(MessageKind::kRun, as_bytes(body),
                     {when, "no answer within " + in_words(limit)});
}

std::string ChildSession::why_unfinished(const BatchWriter& batch, std::size_t item,
                                         const BatchWriter::Result& result,
                                         const Child::Answer& answer) const {
  if (result.ending == Ending::kBadCase) throw UsageError(result.message);
  if (result.ending == Ending::kGaveUp) return result.message;
  if (!answer.ending) {
    return answer.message.kind == MessageKind::kRefused
               ? answer.message.body
               : "says that it ran the case, and left no complete result";
  }
  if (batch.begun() > item) return answer.ending->reason;
  return "before this case began, after " + std::to_string(cases_in_child_) +
         " others in the same process: " + answer.ending->reason;
}

// ---- Asking what is supported -------------------------------------------------------------------

namespace {

std::string question(fp8oracle_operation operation, const Scheme& scheme, fp8oracle_type type,
                     bool noop) {
  const SupportsBody body{static_cast<std::uint32_t>(operation), static_cast<std::uint32_t>(type),
                          noop, scheme.abi().parts()};
  return as_bytes(body) + scheme.profile.name;
}

}  // namespace

std::string ChildSession::unsupported(fp8oracle_operation operation, const Scheme& scheme,
                                      fp8oracle_type type, bool noop) {
  const std::string asked = question(operation, scheme, type, noop);
  const std::string key = options_.backend + '\0' + asked;
  const auto known = unsupported_.find(key);
  if (known != unsupported_.end()) return known->second;
  return unsupported_[key] = ask_supports(operation, asked);
}

std::string ChildSession::ask_supports(fp8oracle_operation operation, const std::string& question) {
  // A child that ran cases may be damaged by them; the question is repeated in a fresh one.
  bool fresh = !child_ || cases_in_child_ == 0;
  while (true) {
    if (!child_) start(options_.backend);
    const Child::Answer answer =
        child_->ask(MessageKind::kSupports, question, within(options_.case_limit));
    if (!answer.ending && answer.message.kind == MessageKind::kReason) return answer.message.body;
    child_.reset();
    if (std::exchange(fresh, true)) {
      const std::string about = "backend " + options_.backend + ": supports(" +
                                std::string(to_string(operation)) + ", ...): ";
      if (!answer.ending) throw BackendError(about + answer.message.body);
      throw ProcessEnded(about + answer.ending->reason, answer.ending->end);
    }
  }
}

}  // namespace fp8oracle::runner
