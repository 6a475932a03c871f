// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "cli/abi_list.h"
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/lists.h"
#include "fp8oracle/error.h"

namespace fp8oracle::cli {
namespace {

struct ListWords {
  std::string what;
  bool json = false;
  bool markdown = false;
};

/// The ABI is more than a table: its page is one, its JSON and its text are not.
std::string shown(const ListWords& words) {
  if (words.what == "abi" && !words.markdown) return words.json ? abi_json() : abi_text();
  const Listing listing = list_of(words.what);
  if (words.json) return to_json(listing);
  return words.markdown ? to_markdown(listing) : to_text(listing);
}

int list(const ListWords& words) {
  if (words.json && words.markdown) throw UsageError("list: either --json or --markdown");
  const std::string text = shown(words);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

void add_list_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("list", "Names what there is to choose from");
  const auto words = std::make_shared<ListWords>();
  command->add_option("what", words->what, "backends, clauses, profiles, schemes, mutants or abi")
      ->required();
  command->add_flag("--json", words->json, "for programs");
  command->add_flag("--markdown", words->markdown, "for the pages in docs/");
  command->callback([words, &chosen] { chosen = [words] { return list(*words); }; });
}

}  // namespace fp8oracle::cli
