// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "fp8oracle/outcome.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle {

/// In what way a subject's outcome departs from the expected one.
enum class DifferenceKind {
  kDeath,      ///< the backend's process ended in this step
  kStatus,     ///< another status than expected, or a message that does not name the argument
  kOwned,      ///< an owned element has another code (or FP32 bits)
  kUnwritten,  ///< an owned element depends on what was in the buffer before: it was not written
  kPadding,    ///< padding that must be zero is not
  kGuard,      ///< a byte outside every buffer changed
  kUntouched,  ///< a buffer that the step does not write changed
};
std::string_view to_string(DifferenceKind kind);

/// One departure. `buffer` indexes Arena::buffers; -1 where no buffer is concerned.
struct Difference {
  DifferenceKind kind = DifferenceKind::kOwned;
  std::size_t step = 0;
  int buffer = -1;
  std::int64_t element = 0;  ///< index in the buffer's elements; guard: byte in the arena
  std::uint32_t expected = 0;
  std::uint32_t observed = 0;
  std::string text;  ///< death, status: what was expected and seen
  int twin = -1;     ///< where two outputs of the subject must be alike: the other buffer
};

struct Comparison {
  static constexpr std::size_t kMaxListed = 4096;
  std::vector<Difference> differences;  ///< the first kMaxListed
  std::uint64_t total = 0;              ///< all of them
  std::uint64_t elements = 0;           ///< owned elements compared
  std::uint64_t codes = 0;              ///< ... of which codes
  bool equal() const { return total == 0; }
};

/// Indices of the buffers that step `index` writes, given the arena before it; empty for a step
/// that must fail, that is recorded, or that noop = 1 stops [K23].
std::vector<int> written_buffers(const Case& c, const Arena& arena, std::size_t index,
                                 const std::vector<std::uint8_t>& before);

/// Whether an observed code is as good as the expected one: equal bits, or both in the NaN class
/// that the scheme's element.nan_code allows. Exactly this relation on all 256 x 256 pairs.
bool same_code(const ResolvedScheme& scheme, std::uint8_t expected, std::uint8_t observed);

/// Compares every byte that every step left, under the masks owned / padding / guard. `subject_a`
/// and `subject_b` are the two runs with the two poisons. No tolerance anywhere.
Comparison compare(const Case& c, const Arena& arena, const Outcome& reference,
                   const Outcome& subject_a, const Outcome& subject_b);
/// The same for a single run, under Fill::kA or kNone.
Comparison compare_one_run(const Case& c, const Arena& arena, const Outcome& reference,
                           const Outcome& subject);

}  // namespace fp8oracle
