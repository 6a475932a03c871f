// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clauses/case_builder.h"

namespace fp8oracle::clauses {

/// One legal call of each operation that takes a scheme, out of the descriptions of the operations'
/// fields. What speaks of "every operation" (K2, K23, K24, K30, K31, K32) goes through these.
///
/// A call of operation `o` works on the tensor "o", on cells "o_field" and on the output "o_output",
/// each with the suffix behind it; it reads the case's input `x` and its scale "s". What it reads
/// of a tensor is written there beforehand, so that no call depends on another.
class EveryOperation {
 public:
  struct Choice {
    std::string suffix{};
    std::string x = "x";
    /// Of the operations, each `of`-th, from number `which` on: cases may share them out.
    std::uint64_t which = 0, of = 1;
    /// The row of the operation's covering array of options that its call takes; without it the
    /// call is given all that it may be given, noop aside.
    std::optional<std::uint64_t> walk{};
  };

  /// Declares all this in `b`, and appends the steps that write what is read.
  EveryOperation(CaseBuilder& b, const Scheme& scheme, const plans::Plan& plan, const Choice& how);
  EveryOperation(CaseBuilder& b, const Scheme& scheme, const plans::Plan& plan)
      : EveryOperation(b, scheme, plan, Choice{}) {}

  /// One an operation, in the order of the ABI; not in the case yet.
  const std::vector<Step>& calls() const { return calls_; }
  /// Those that take a noop, with this cell as theirs.
  std::vector<Step> calls_under(const std::string& noop) const;

 private:
  class OfOne;
  std::vector<Step> calls_;
};

/// Bytes for the scale_inv of one direction of a tensor, of ordinary magnitude; one in eight of any
/// bits at all where `odd` says so.
std::vector<std::uint8_t> drawn_scale_inv(const Scheme& scheme, const plans::Plan& plan,
                                          unsigned direction, bool odd);

}  // namespace fp8oracle::clauses
