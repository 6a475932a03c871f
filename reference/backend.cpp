// SPDX-License-Identifier: Apache-2.0
#include "reference/backend.h"

#include "fp8oracle/host_memory.h"
#include "fp8oracle/operations/arguments.h"
#include "reference/operations.h"
#include "reference/scalar.h"

namespace fp8oracle::reference {
namespace {

/// Checks everything before a byte is written [K31], looks at noop, then runs `operation`.
template <typename Args, typename Operation>
fp8oracle_status run(fp8oracle_operation id, const Args* args, fp8oracle_message message,
                     Operation&& operation) {
  return checked(id, args, message, [&](const ResolvedScheme& scheme, const Args& a) {
    if constexpr (requires { a.noop; }) {
      if (stopped_by(a.noop)) return FP8ORACLE_OK;  // all or nothing [K23]
    }
    operation(scheme, a);
    return FP8ORACLE_OK;
  });
}

fp8oracle_status supports(fp8oracle_operation id, const void* args, fp8oracle_message reason) {
  return guarded(reason, [&] {
    auto error = check_arguments(id, args);
    if (!error) return FP8ORACLE_OK;
    error->status = FP8ORACLE_UNSUPPORTED;
    return report(*error, reason);
  });
}

}  // namespace

const fp8oracle_backend_table& backend() {
  static const fp8oracle_backend_table table = [] {
    fp8oracle_backend_table t = host_memory_table("reference", "CPU");
    t.supports = supports;
#define FP8ORACLE_OPERATION(ID, name, Args, ...)                                                 \
  t.name = [](const Args* args, fp8oracle_stream, fp8oracle_message message) {                   \
    return run(FP8ORACLE_OP_##ID, args, message,                                                 \
               [](const ResolvedScheme& scheme, const Args& a) { reference::name(scheme, a); }); \
  };
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
    return t;
  }();
  return table;
}

}  // namespace fp8oracle::reference
