// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <set>

#include "cli/case_files.h"
#include "cli/commands.h"
#include "cli/subject.h"
#include "cli/verify_options.h"
#include "fp8oracle/error.h"
#include "runner/finding.h"
#include "runner/judge.h"
#include "runner/support.h"

namespace fp8oracle::cli {
namespace {

struct ReplayWords {
  std::string path;
  std::string backend;
  bool isolate = false;
};

/// One finding for each clause that the case breaks.
std::vector<runner::Finding> findings_of(const ReplayWords& words, const Case& c,
                                         runner::Session& subject) {
  const auto reference = reference_side()();
  const clauses::Property& property = runner::property_of(c.clause);
  const runner::Trial trial = runner::judge(property, c, *reference, subject);
  if (!trial.denied.empty()) throw BackendError("nothing was judged: " + trial.denied);
  std::vector<runner::Finding> findings;
  std::set<std::string_view> seen;
  for (const runner::Attributed& a : trial.departures) {
    if (!seen.insert(a.clause).second) continue;
    findings.push_back(runner::describe(std::string(a.clause), c, trial));
    findings.back().case_path = words.path;
    findings.back().replay = "fp8oracle replay " + quoted_for_shell(words.path) + " --backend " +
                             quoted_for_shell(words.backend);
  }
  return findings;
}

int replay(const ReplayWords& words) {
  Case c = load_case(words.path);
  const Subject chosen = find_subject(words.backend, words.isolate);
  const auto subject = chosen.open();
  runner::Support support(*subject);
  const std::size_t steps = c.steps.size();
  // A saved case shows what it shows, whatever else cases of its clause need.
  clauses::Property property = runner::property_of(c.clause);
  property.needs.clear();
  const std::string missing = support.trim(c, property);
  if (!missing.empty() || c.steps.size() != steps) {
    throw BackendError("nothing ran: backend " + subject->name() + " does not support the case" +
                       (missing.empty() ? "" : ": " + missing));
  }
  const auto findings = findings_of(words, c, *subject);
  for (const runner::Finding& f : findings) std::printf("%s\n\n", runner::to_text(f).c_str());
  std::printf("%s: %s  %s, scheme %s, made for %s\n", words.path.c_str(),
              findings.empty() ? "PASSED" : "FAILED", subject->name().c_str(), c.scheme.c_str(),
              c.clause.c_str());
  return findings.empty() ? 0 : 1;
}

}  // namespace

void add_replay_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("replay", "Runs a saved case again");
  const auto words = std::make_shared<ReplayWords>();
  command->add_option("case", words->path, "a file that --save-case wrote")->required();
  command->add_option("--backend", words->backend, "cpu, cuda, PATH.so or mutant:NAME")->required();
  command->add_flag("--isolate", words->isolate, "runs an in-tree backend in a child process too");
  command->callback([words, &chosen] { chosen = [words] { return replay(*words); }; });
}

}  // namespace fp8oracle::cli
