// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "fp8oracle/outcome.h"

namespace fp8oracle::runner {

/// What the inputs of a run touched, counted on the reference's side: elements for the first six,
/// cases for the last two.
struct Coverage {
  std::uint64_t tie = 0;
  std::uint64_t subnormal = 0;
  std::uint64_t saturated = 0;
  std::uint64_t nan = 0;
  std::uint64_t inf = 0;
  std::uint64_t negative_zero = 0;
  std::uint64_t tail = 0;  ///< cases with a partial block, or a width that no vector divides
  std::uint64_t multi_block =
      0;  ///< cases with more than one block (tensor: more than 64 elements)
  std::array<std::uint64_t, 256> codes{};  ///< how often the reference wrote each code

  Coverage& operator+=(const Coverage& other);
  std::uint64_t total_codes() const;
  std::uint64_t most_frequent_code() const;
};

/// Counts one case. `reference` must have run every step.
void count_coverage(const Case& c, const Arena& arena, const Outcome& reference,
                    Coverage& coverage);

}  // namespace fp8oracle::runner
