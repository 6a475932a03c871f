// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fp8oracle/resolved_scheme.h"
#include "runner/batch.h"
#include "runner/child.h"
#include "runner/session.h"

namespace fp8oracle::runner {

struct ChildOptions {
  /// The program that serves: called with --serve, its main calls serve_main (serve.h).
  std::string executable = "/proc/self/exe";
  /// "cpu", "reference", "mutant:NAME": what the serving side resolves; or the path of a library.
  std::string backend;
  /// How long one case may take.
  std::chrono::milliseconds case_limit{10'000};
  /// How long loading may take: a GPU's driver starts in this time.
  std::chrono::milliseconds open_limit{60'000};
  /// RLIMIT_DATA of the child, 0 = none: private writable memory, that is heap, stacks of threads
  /// and anonymous mappings. Not RLIMIT_AS: CUDA reserves more address space than any sensible
  /// limit.
  std::uint64_t memory_limit_bytes = std::uint64_t{8} << 30;
};

/// A backend in a child process. Whatever it does there is an Outcome: a crash, exit, hang,
/// exception or lack of memory is its `death`, and the next case runs in a fresh child. So it does
/// after an error of the device.
///
/// A session belongs to the thread that made it, and must not outlive that thread: the system kills
/// the child when the thread that started it ends.
class ChildSession final : public Session {
 public:
  /// Throws BackendError, with the child's words where the backend cannot be loaded.
  explicit ChildSession(ChildOptions options);
  ~ChildSession() override;

  Outcome run(const Case& c, Fill fill) override;
  /// The same, many at once: one message to the child and one back. Outcomes in the order of
  /// `runs`.
  std::vector<Outcome> run_batch(std::span<const CaseRun> runs);

  /// Answers are kept. Throws BackendError when the backend dies over the question.
  std::string unsupported(fp8oracle_operation operation, const Scheme& scheme, fp8oracle_type type,
                          bool noop = false) override;
  bool can_capture() const override { return can_capture_; }
  std::string name() const override { return name_; }
  std::string device() const override { return device_; }

  /// Makes the child turn to another backend without a new process: cheap for mutants. Throws
  /// BackendError; the session then stays with the backend that it had.
  void use(const std::string& backend);
  /// What it was opened with, or the last use().
  const std::string& backend() const { return options_.backend; }
  /// Ends the child; the next call starts a fresh one. For a case that must not inherit anything.
  void restart() { child_.reset(); }
  /// 0 when none runs.
  pid_t child_id() const { return child_ ? child_->id() : 0; }

 private:
  void start(const std::string& backend);
  void accept(const Child::Answer& answer, const std::string& backend);
  std::size_t run_some(std::span<const CaseRun> runs, std::vector<Outcome>& outcomes);
  Child::Answer ask_run(const BatchWriter& batch);
  std::string why_unfinished(const BatchWriter& batch, std::size_t item,
                             const BatchWriter::Result& result, const Child::Answer& answer) const;
  std::string ask_supports(fp8oracle_operation operation, const std::string& question);

  ChildOptions options_;
  std::string name_, device_;
  bool can_capture_ = false;
  std::unique_ptr<Child> child_;
  std::uint64_t cases_in_child_ = 0;
  std::map<std::string, std::string> unsupported_;
};

std::unique_ptr<ChildSession> open_in_child(const ChildOptions& options);

}  // namespace fp8oracle::runner
