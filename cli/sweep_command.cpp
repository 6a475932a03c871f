// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/backends.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/subject.h"
#include "cli/sweep_child.h"
#include "cli/sweep_table.h"
#include "cli/verify_options.h"
#include "exhaustive/sweep.h"
#include "fp8oracle/error.h"

namespace fp8oracle::cli {
namespace {

struct SweepWords {
  std::string backend;
  std::vector<std::string> tiers;
  bool isolate = false;
  bool in_child = false;
};

/// Lines on stdout, and on a terminal how far the tier is.
class Screen {
 public:
  SweepListener listener() {
    return {[this](const std::string& line) {
              progress_.reset();
              tier_.clear();
              std::printf("%s\n", line.c_str());
              std::fflush(stdout);
            },
            [this](const std::string& tier, std::size_t done, std::size_t all) {
              if (tier != tier_) {
                progress_.reset();
                progress_ = std::make_unique<Progress>(tier);
                tier_ = tier;
              }
              progress_->show(done, all);
            }};
  }

 private:
  std::unique_ptr<Progress> progress_;
  std::string tier_;
};

int sweep_backend(const std::string& backend, const SweepWords& words) {
  Screen screen;
  // Finds out whether there is such a backend at all, and whether it can run here.
  find_subject(backend, words.isolate);
  const InTreeBackend* in_tree = find_in_tree_backend(backend);
  if (in_tree == nullptr || words.isolate) {
    return sweep_in_child(backend, words.tiers, screen.listener());
  }
  return sweep_table(in_tree->table(), backend, words.tiers, screen.listener());
}

int run(const SweepWords& words) {
  if (words.in_child) return sweep_as_child(words.backend, words.tiers);
  exhaustive::expect_known_tiers(words.tiers);
  std::vector<std::string> backends{words.backend};
  if (words.backend.empty()) backends = default_subjects();
  bool difference = false, nothing = backends.empty();
  for (const std::string& backend : backends) {
    const int code = sweep_backend(backend, words);
    difference = difference || code == 1;
    nothing = nothing || code == 3;
  }
  return nothing ? 3 : difference ? 1 : 0;
}

}  // namespace

int sweep_table(const fp8oracle_backend_table& table, const std::string& backend,
                const std::vector<std::string>& tiers, const SweepListener& listener) {
  listener.print("sweep of " + backend + " (" + table.device + ") against the reference");
  if (&table == &find_in_tree_backend("reference")->table()) {
    listener.print(
        "note: the reference against itself; its witnesses are the tests of proptests/exhaustive");
  }
  exhaustive::SweepOptions options;
  options.tiers = tiers;
  options.again = "fp8oracle sweep --backend " + quoted_for_shell(backend);
  options.print = listener.print;
  options.progress = [&](const exhaustive::Tier& tier, std::uint64_t done, std::uint64_t all) {
    listener.progress(tier.name + " " + tier.format, done, all);
  };
  return exhaustive::sweep(table, options);
}

void add_sweep_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("sweep", "Runs the exhaustive tiers, every case of each");
  const auto words = std::make_shared<SweepWords>();
  command->add_option("--backend", words->backend, "cpu, cuda, PATH.so or mutant:NAME");
  command
      ->add_option(
          "--tier", words->tiers,
          "only these: fp32, bf16, f16, mx-amax[.RULE], scale-from-amax, dequantize[.TYPE], "
          "mx-dequantize[.TYPE]")
      ->delimiter(',');
  command->add_flag("--isolate", words->isolate, "runs an in-tree backend in a child process too");
  command->add_flag("--in-child", words->in_child)->group("");
  command->callback([words, &chosen] { chosen = [words] { return run(*words); }; });
}

}  // namespace fp8oracle::cli
