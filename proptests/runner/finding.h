// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fp8oracle/case.h"
#include "runner/judge.h"

namespace fp8oracle::runner {

/// A code or number as a reader wants it: bits and value.
struct Shown {
  std::string code;   ///< "0x7e"
  std::string value;  ///< "448", "0x1.cp+8"
};

/// How much a planted bug answers like the subject where the subject is wrong.
struct BehavesLike {
  std::string mutant;
  std::uint64_t agree = 0;
  std::uint64_t of = 0;
};

/// A broken clause with its smallest example.
struct Finding {
  std::string clause;
  std::string scheme;
  std::size_t step = 0;
  std::string step_text;  ///< "step 2: quantize x -> t"
  std::string tensor;     ///< name of the buffer
  std::optional<std::int64_t> row, col;
  std::string block;     ///< "row 3, columns 32..63"; empty per tensor
  std::string x, scale;  ///< bit patterns; empty where there are none
  Shown expected, observed;
  std::uint64_t differences = 0;
  std::uint64_t of = 0;
  std::vector<std::string> derivation;
  std::vector<BehavesLike> behaves_like;
  std::string case_path;  ///< where it was saved
  std::string replay;     ///< the one command that runs it again
  Case smallest;
  Case original;  ///< the case that was found, before it was made smaller
};

/// Describes the first departure of `clause` in a judged case.
Finding describe(const std::string& clause, const Case& c, const Trial& trial);

/// The input element (row, col) that a departure is about; nothing for cells, guards, statuses.
struct Place {
  std::int64_t row = 0;
  std::int64_t col = 0;
};
std::optional<Place> place_of(const Case& c, const Arena& arena, const Difference& d);

/// The finding as a person reads it: several lines, no trailing newline.
std::string to_text(const Finding& finding);

}  // namespace fp8oracle::runner
