// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

// The operations of the ABI, one function each: void quantize(scheme, const
// fp8oracle_quantize_args&), and so on. Preconditions of all: the arguments were checked, `scheme`
// is theirs, resolved, and noop does not stop the call.
namespace fp8oracle::reference {

#define FP8ORACLE_OPERATION(ID, name, Args, ...) \
  void name(const ResolvedScheme& scheme, const Args& args);
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION

}  // namespace fp8oracle::reference
