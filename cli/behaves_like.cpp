// SPDX-License-Identifier: Apache-2.0
#include "cli/behaves_like.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <set>

#include "cli/subject.h"
#include "fp8oracle/compare.h"
#include "fp8oracle/error.h"
#include "mutants/mutants.h"
#include "runner/child_session.h"
#include "runner/support.h"

namespace fp8oracle::cli {
namespace {

constexpr std::size_t kMostNamed = 3;

/// An element that the subject computed wrongly, and what it gave instead.
struct Wrong {
  std::size_t step;
  std::uint64_t begin;  ///< in the arena
  std::size_t bytes;
  std::uint32_t bits;
};

struct Match {
  runner::BehavesLike like;
  std::uint64_t elsewhere = 0;  ///< differences of the mutant that the subject does not have
};

std::vector<Wrong> wrong_elements(const Case& c, const Arena& arena, const Comparison& comparison) {
  std::vector<Wrong> list;
  std::set<std::pair<std::size_t, std::uint64_t>> seen;  // the two fills show each twice
  for (const Difference& d : comparison.differences) {
    if (d.kind != DifferenceKind::kOwned || d.buffer < 0 || c.steps[d.step].tamper) continue;
    const ArenaBuffer& b = arena.buffers[static_cast<std::size_t>(d.buffer)];
    const std::uint64_t begin = b.begin + static_cast<std::uint64_t>(d.element * b.element_bytes);
    if (seen.insert({d.step, begin}).second)
      list.push_back({d.step, begin, static_cast<std::size_t>(b.element_bytes), d.observed});
  }
  return list;
}

Match match(const std::string& name, const std::vector<Wrong>& wrong, const Outcome& outcome,
            const Comparison& its_own) {
  Match m{{name, 0, wrong.size()}};
  for (const Wrong& w : wrong) {
    if (w.step >= outcome.steps.size()) continue;
    std::uint32_t bits = 0;
    std::memcpy(&bits, outcome.steps[w.step].arena.data() + w.begin, w.bytes);
    m.like.agree += bits == w.bits;
  }
  const std::uint64_t shown = std::min<std::uint64_t>(its_own.total, Comparison::kMaxListed);
  m.elsewhere = shown > m.like.agree ? shown - m.like.agree : 0;
  return m;
}

bool supports(runner::Session& session, const Case& c) {
  runner::Support support(session);
  Case copy = c;
  const std::string missing = support.trim(copy, runner::property_of(c.clause));
  return missing.empty() && copy.steps.size() == c.steps.size();
}

std::vector<runner::BehavesLike> best(std::vector<Match> matches) {
  std::erase_if(matches, [](const Match& m) { return m.like.agree * 2 <= m.like.of; });
  std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return a.like.agree != b.like.agree ? a.like.agree > b.like.agree : a.elsewhere < b.elsewhere;
  });
  if (matches.size() > kMostNamed) matches.resize(kMostNamed);
  std::vector<runner::BehavesLike> named;
  for (Match& m : matches) named.push_back(std::move(m.like));
  return named;
}

}  // namespace

std::vector<runner::BehavesLike> known_bugs_like(const runner::Finding& finding,
                                                 runner::Session& subject, double seconds) {
  if (finding.expected.code.empty() || seconds <= 0) return {};
  const Case& c = finding.original;
  const Arena arena = lay_out(c);
  const Outcome wanted = reference_side()()->run(c, Fill::kA);
  const Outcome got = subject.run(c, Fill::kA);
  if (got.death) return {};
  const auto wrong = wrong_elements(c, arena, compare(c, arena, wanted, got, got));
  if (wrong.empty()) return {};
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                       std::chrono::duration<double>(seconds));
  std::vector<Match> matches;
  runner::ChildOptions options;
  options.backend = "reference";
  const auto child = runner::open_in_child(options);
  for (const mutants::Mutant& mutant : mutants::mutants()) {
    if (!mutant.equivalent.empty()) continue;
    if (std::chrono::steady_clock::now() >= end) break;
    child->use("mutant:" + mutant.name);
    if (!supports(*child, c)) continue;
    const Outcome its = child->run(c, Fill::kA);
    if (!its.death)
      matches.push_back(match(mutant.name, wrong, its, compare(c, arena, wanted, its, its)));
  }
  return best(std::move(matches));
}

}  // namespace fp8oracle::cli
