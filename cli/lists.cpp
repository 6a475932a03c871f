// SPDX-License-Identifier: Apache-2.0
#include "cli/lists.h"

#include <array>
#include <utility>
#include <vector>

#include "cli/abi_list.h"
#include "cli/backends.h"
#include "contract/contract.h"
#include "fp8oracle/error.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"
#include "mutants/mutants.h"

namespace fp8oracle::cli {
namespace {

Listing backends() {
  Listing listing{"Backends", {}, {"name", "device", "cannot run", "summary"}, {}};
  for (const InTreeBackend& backend : in_tree_backends()) {
    const std::string why = why_it_cannot_run(backend);
    const char* device = backend.table().device;
    listing.rows.push_back({std::string(backend.name), device != nullptr ? device : "",
                            why.empty() ? "" : "cannot run here: " + why,
                            std::string(backend.summary)});
  }
  return listing;
}

Listing clauses() {
  Listing listing{"The clauses",
                  "What `fp8oracle verify` holds a backend to. An id is what a report names and "
                  "what a mutant breaks; it never changes its meaning.",
                  {"id", "group", "title", "rule"},
                  {}};
  listing.text_columns = {0, 2};
  for (const Clause& c : contract())
    listing.rows.push_back(
        {std::string(c.id), std::string(c.group), std::string(c.title), std::string(c.statement)});
  return listing;
}

/// Those with names for their values; element.max is a number for each format.
std::vector<Knob> named_knobs() {
  std::vector<Knob> named = knobs();
  std::erase_if(named, [](const Knob& knob) { return knob.is_number(); });
  return named;
}

Listing profiles() {
  Listing listing{"Profiles",
                  "A profile is one library's choices. `--profile NAME` selects one, "
                  "`--profile FILE.json` reads one of your own.",
                  {"profile", "granularities"},
                  {}};
  const std::vector<Knob> choices = named_knobs();
  for (const Knob& knob : choices) listing.columns.emplace_back(knob.name);
  listing.columns.emplace_back("source");
  listing.text_columns = {0, 1, listing.columns.size() - 1};
  listing.page_transposed = true;
  for (const Profile& p : builtin_profiles()) {
    std::string granularities;
    for (const Grid& grid : p.grids)
      granularities += (granularities.empty() ? "" : ", ") + to_string(grid);
    std::vector<std::string> row{p.name, granularities};
    for (const Knob& knob : choices) row.emplace_back(knob.values.at(p.knobs.*knob.field));
    row.push_back(p.source);
    listing.rows.push_back(std::move(row));
  }
  return listing;
}

Listing schemes() {
  Listing listing{"Schemes", {}, {"scheme"}, {}};
  for (const Profile& p : builtin_profiles()) {
    for (const Scheme& s : schemes_of(p)) listing.rows.push_back({s.name()});
  }
  return listing;
}

Listing mutant_list() {
  Listing listing{"Mutants",
                  "Deliberately wrong backends. `fp8oracle mutants` must see every one of them "
                  "killed by its clause.",
                  {"name", "clause", "family", "summary", "source", "equivalent"},
                  {}};
  listing.text_columns = {0, 1, 3};
  for (const mutants::Mutant& m : mutants::mutants())
    listing.rows.push_back({m.name, m.clause, m.family, m.summary, m.source, m.equivalent});
  return listing;
}

}  // namespace

Listing list_of(const std::string& what) {
  using Make = Listing (*)();
  constexpr std::array<std::pair<std::string_view, Make>, 6> kLists{{{"backends", backends},
                                                                     {"clauses", clauses},
                                                                     {"profiles", profiles},
                                                                     {"schemes", schemes},
                                                                     {"mutants", mutant_list},
                                                                     {"abi", abi_table}}};
  for (const auto& [name, make] : kLists) {
    if (name == what) return make();
  }
  throw UsageError("list " + what +
                   ": expected backends, clauses, profiles, schemes, mutants or abi");
}

}  // namespace fp8oracle::cli
