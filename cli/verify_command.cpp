// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "cli/behaves_like.h"
#include "cli/case_files.h"
#include "cli/commands.h"
#include "cli/exhaustive_level.h"
#include "cli/input_run.h"
#include "cli/progress.h"
#include "cli/subject.h"
#include "cli/verify_options.h"
#include "cli/write_text.h"
#include "fp8oracle/error.h"
#include "runner/report.h"
#include "runner/verify.h"
#include "version.h"

namespace fp8oracle::cli {
namespace {

constexpr int kNothingRan = 3;

/// Saves the smallest cases where the user wants them, and says how each failure is seen again and
/// what known bug it looks like.
void complete_findings(const VerifyWords& words, const Subject& subject, runner::Report& report) {
  const auto start = std::chrono::steady_clock::now();
  const auto session = subject.open();
  for (runner::ClauseResult& clause : report.clauses) {
    if (!clause.finding) continue;
    runner::Finding& f = *clause.finding;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    f.behaves_like = known_bugs_like(f, *session, std::min(5.0, 20.0 - spent.count()));
    if (!words.save_case.empty()) {
      f.case_path = save_case(words.save_case, f);
      f.replay = "fp8oracle replay " + quoted_for_shell(f.case_path) + " --backend " +
                 quoted_for_shell(subject.word);
    } else if (!words.input.empty()) {
      f.replay = verify_input_again(words, subject.word, f.smallest.scheme);
    } else {
      f.replay = verify_again(words, subject.word, f.smallest.clause, f.smallest.scheme);
    }
  }
}

runner::Report run_random(const runner::VerifyOptions& options, const Subject& subject) {
  return runner::verify(subject.open, reference_side(), options);
}

runner::Report run_file(const VerifyWords& words, const runner::VerifyOptions& options,
                        const Subject& subject) {
  const InputRun run = run_input(words.input, subject.open, reference_side(), options);
  std::fputs((to_text(run) + "\n").c_str(), stdout);
  runner::Report report = to_report(run, options);
  const auto session = subject.open();
  report.backend = session->name();
  report.device = session->device();
  return report;
}

runner::Report run_one(const VerifyWords& words, runner::VerifyOptions options,
                       const Subject& subject) {
  runner::Report report;
  {
    Progress progress("verify " + subject.word);
    options.progress = [&](std::size_t done, std::size_t all) { progress.show(done, all); };
    report = words.input.empty() ? run_random(options, subject) : run_file(words, options, subject);
  }
  report.backend_path = subject.path;
  report.backend_sha256 = subject.sha256;
  complete_findings(words, subject, report);
  return report;
}

int verify(const VerifyWords& words) {
  const runner::VerifyOptions options = to_options(words);
  const std::vector<std::string> backends =
      words.backend ? std::vector<std::string>{*words.backend} : default_subjects();
  if (backends.size() > 1 && !words.json.empty())
    throw UsageError("--json holds the report of one backend: name it with --backend");
  std::vector<Subject> subjects;
  for (const std::string& word : backends) subjects.push_back(find_subject(word, words.isolate));
  int code = subjects.empty() ? kNothingRan : 0;
  for (const Subject& subject : subjects) {
    const runner::Report report = run_one(words, options, subject);
    if (!words.json.empty())
      write_text(words.json, runner::report_to_json(report, {FP8ORACLE_VERSION, FP8ORACLE_COMMIT,
                                                             FP8ORACLE_COMPILER}));
    std::fputs(runner::report_to_text(report).c_str(), stdout);
    code = std::max(code, report.exit_code());  // 3 before 1 before 0
    if (options.level == runner::Level::kExhaustive && words.input.empty())
      code = std::max(code, run_exhaustive_tiers(subject));
  }
  return code;
}

}  // namespace

void add_verify_command(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("verify", "Holds a backend against the reference, clause by clause");
  const auto words = std::make_shared<VerifyWords>();
  add_options(*command, *words);
  command->callback([words, &chosen] { chosen = [words] { return verify(*words); }; });
}

}  // namespace fp8oracle::cli
