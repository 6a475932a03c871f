// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "clauses/property.h"
#include "fp8oracle/case.h"
#include "runner/session.h"

namespace fp8oracle::runner {

/// What a backend supports, asked once per (operation, scheme, type, noop).
class Support {
 public:
  explicit Support(Session& session) : session_(session) {}

  /// Empty when supported, else the reason.
  const std::string& reason(fp8oracle_operation operation, const Scheme& scheme,
                            fp8oracle_type type, bool noop = false);
  /// The input types that quantize takes in this scheme; empty = none, `why` says why.
  std::vector<fp8oracle_type> quantize_types(const Scheme& scheme, std::string& why);
  /// Why no case of the property can be run, whatever its steps; else an empty string.
  std::string lacks(const clauses::Property& property) const;
  /// Leaves out the steps that the backend does not support. Returns why nothing is left to show,
  /// or an empty string.
  std::string trim(Case& c, const clauses::Property& property);

 private:
  using Key = std::tuple<fp8oracle_operation, std::string, fp8oracle_type, bool>;
  Session& session_;
  std::map<Key, std::string> known_;
};

}  // namespace fp8oracle::runner
