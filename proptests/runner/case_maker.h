// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "clauses/property.h"
#include "fp8oracle/case.h"
#include "runner/support.h"

namespace fp8oracle::runner {

/// Makes the cases of one clause on one scheme, as far as the backend has a use for them. What it
/// denies costs no inputs.
class CaseMaker {
 public:
  /// `sanitize`: in the types and kinds of shape of that level.
  CaseMaker(const clauses::Property& property, const Scheme& scheme, Support& support,
            bool sanitize);

  /// Case `number` of a run with `seed`, drawn for the `redraw`-th time: the same on every machine.
  /// Nothing where the backend cannot run it; `why` says so then.
  std::optional<Case> make(std::uint64_t seed, std::uint64_t number, std::uint32_t redraw,
                           std::string& why);

 private:
  plans::Plan draw(std::uint64_t seed, std::uint64_t number, std::uint32_t redraw);

  const clauses::Property& property_;
  const Scheme& scheme_;
  Support& support_;
  const bool sanitize_;
  const plans::ShapeLimits limits_;
  const std::uint64_t salt_;
  bool doubtful_ = true;  ///< the case before lacked an operation, or there was none
};

}  // namespace fp8oracle::runner
