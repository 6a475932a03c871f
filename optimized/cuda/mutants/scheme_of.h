// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "../support.h"
#include "fp8oracle/operations/arguments.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::cuda::mutants {

/// The scheme of a call that the right kernels would serve, or nothing.
template <class Args>
std::optional<ResolvedScheme> scheme_of(fp8oracle_operation operation, const Args* args) {
  if (check_arguments(operation, args)) return std::nullopt;
  const ResolvedScheme scheme = resolve(*args->scheme);
  return unsupported(operation, scheme).empty() ? std::optional(scheme) : std::nullopt;
}

}  // namespace fp8oracle::cuda::mutants
