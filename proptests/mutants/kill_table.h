// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/profile.h"
#include "mutants/mutants.h"
#include "runner/child_session.h"
#include "runner/report.h"

// The kill table measures the properties: every mutant must break the clause that it declares, at
// level smoke, and the correct kernel must break none.
namespace fp8oracle::mutants {

/// The profile that a mutant lives in, by its name: a built-in one, or "keep-sign", which has a
/// value of a knob that no built-in one has. Throws UsageError.
const Profile& mutant_profile(std::string_view name);

/// What the run found out about one mutant.
enum class Fate {
  kKilled,      ///< the declared clause failed
  kSurvived,    ///< it did not
  kEquivalent,  ///< declared equivalent, and no case told it from the correct kernel
  kRefuted,     ///< declared equivalent, but a case or the proof says otherwise
};
std::string_view to_string(Fate fate);

struct Kill {
  Mutant mutant;
  Fate fate = Fate::kSurvived;
  std::string killed_by;    ///< the clause that failed; of a survivor, what it broke instead
  std::string scheme;       ///< where it first failed
  std::uint64_t cases = 0;  ///< cases run until then
  double seconds = 0;
  std::string proof;  ///< of an equivalent one, what the sweep counted; empty = not swept
};

/// A mutant in the reference's place: the other side is right, and the run must still fail.
struct WrongReference {
  std::string mutant, clause;
  bool noticed = false;
  std::uint64_t cases = 0;
  double seconds = 0;
};

/// What an exhaustive sweep said about a mutant that is declared equivalent.
struct Proof {
  bool holds = false;
  std::string text;  ///< "0 of 2147483648 amaxes differ"
};

struct KillOptions {
  std::string family;  ///< empty = all
  std::uint64_t seed = 1;
  unsigned threads = 0;  ///< 0 = all cores
  /// The right kernel that must pass on every clause of the mutants; null = the queued one.
  const fp8oracle_backend_table* control = nullptr;
  /// Whether the mutants are to break every clause between them, each the one that it declares, and
  /// one a clause is tried in the reference's place. If not, any clause's cases may kill.
  bool complete = true;
  /// Sweeps one equivalent mutant; may be empty.
  std::function<Proof(const Mutant&)> prove;
  /// How children for the mutants that may crash are started. Their program must serve
  /// "mutant:NAME".
  runner::ChildOptions child;
  /// Called with (done, all), for a progress line; may be empty.
  std::function<void(std::size_t, std::size_t)> progress;
};

struct KillTable {
  std::uint64_t seed = 0;
  double seconds = 0;
  runner::Report control;                  ///< of the correct kernel, on the mutants' clauses
  std::vector<Kill> kills;                 ///< in the order of the mutants
  std::vector<WrongReference> references;  ///< one a clause
  std::vector<std::string> unguarded;      ///< clauses that no mutant breaks
  std::uint64_t count(Fate fate) const;
  bool good() const;
};

/// Runs all of it. `reference` is the side that is believed. Throws UsageError for an unknown
/// family.
KillTable run_kill_table(std::span<const Mutant> mutants, const fp8oracle_backend_table& reference,
                         const KillOptions& options);

/// "fp8oracle.mutants/1".
std::string kill_table_to_json(const KillTable& table, const runner::Tool& tool);
/// One line a mutant, then what went wrong, then one closing line.
std::string kill_table_to_text(const KillTable& table);

}  // namespace fp8oracle::mutants
