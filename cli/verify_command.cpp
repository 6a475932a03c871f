// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/case_files.h"
#include "cli/commands.h"
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

/// Saves the smallest cases where the user wants them, and says how each failure is seen again.
void complete_findings(const VerifyWords& words, const Subject& subject, runner::Report& report) {
  for (runner::ClauseResult& clause : report.clauses) {
    if (!clause.finding) continue;
    runner::Finding& f = *clause.finding;
    if (words.save_case.empty()) {
      f.replay = verify_again(words, subject.word, f.smallest.clause, f.smallest.scheme);
    } else {
      f.case_path = save_case(words.save_case, f);
      f.replay = "fp8oracle replay " + quoted_for_shell(f.case_path) + " --backend " +
                 quoted_for_shell(subject.word);
    }
  }
}

runner::Report run_one(const VerifyWords& words, runner::VerifyOptions options,
                       const Subject& subject) {
  runner::Report report;
  {
    Progress progress("verify " + subject.word);
    options.progress = [&](std::size_t done, std::size_t all) { progress.show(done, all); };
    report = runner::verify(subject.open, reference_side(), options);
  }
  report.backend_path = subject.path;
  report.backend_sha256 = subject.sha256;
  complete_findings(words, subject, report);
  return report;
}

/// 3 before 1 before 0, over several backends.
int worse(int a, int b) { return std::max(a, b); }

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
    code = worse(code, report.exit_code());
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
