// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/mutant_lists.h"
#include "cli/progress.h"
#include "cli/write_text.h"
#include "exhaustive/equivalence.h"
#include "mutants/kill_table.h"
#include "reference/backend.h"
#include "version.h"

namespace fp8oracle::cli {
namespace {

/// A mutant that hangs costs this long.
constexpr std::chrono::milliseconds kCaseLimit{2'000};

struct MutantsWords {
  std::string backend = "cpu", family, json;
  bool prove = false;
};

mutants::Proof prove(const mutants::Mutant& mutant) {
  const exhaustive::Equivalence found = exhaustive::prove_equivalent(*mutant.table, mutant.profile);
  return {found.holds, found.text};
}

mutants::KillTable run(const MutantsWords& words) {
  Progress progress("mutants");
  mutants::KillOptions options;
  options.family = words.family;
  options.child.case_limit = kCaseLimit;
  options.progress = [&](std::size_t done, std::size_t all) { progress.show(done, all); };
  if (words.prove) options.prove = prove;
  const MutantList& list = mutants_of(words.backend);
  options.control = list.control;
  options.complete = list.complete;
  return mutants::run_kill_table(list.mutants, reference::backend(), options);
}

int kill(const MutantsWords& words) {
  const mutants::KillTable table = run(words);
  if (!words.json.empty())
    write_text(words.json, mutants::kill_table_to_json(
                               table, {FP8ORACLE_VERSION, FP8ORACLE_COMMIT, FP8ORACLE_COMPILER}));
  std::fputs(mutants::kill_table_to_text(table).c_str(), stdout);
  return table.good() ? 0 : 1;
}

}  // namespace

void add_mutants_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand(
      "mutants", "The kill table: does every deliberately wrong backend break its clause?");
  const auto words = std::make_shared<MutantsWords>();
  command->add_option("--backend", words->backend, "whose mutants: cpu (the default) or cuda");
  command->add_option("--family", words->family, "only the mutants of one family");
  command->add_flag("--prove", words->prove, "sweep the equivalent ones over all 2^31 amaxes");
  command->add_option("--json", words->json, "write the table as JSON");
  command->callback([words, &chosen] { chosen = [words] { return kill(*words); }; });
}

}  // namespace fp8oracle::cli
