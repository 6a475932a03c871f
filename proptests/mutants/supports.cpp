// SPDX-License-Identifier: Apache-2.0
#include "checked_call.h"

namespace fp8oracle::mutants {
fp8oracle_status supports(fp8oracle_operation operation, const void* args,
                          fp8oracle_message reason) {
  return guarded(reason, [&] {
    if (const auto error = fp8oracle::check_arguments(operation, args))
      return report(FP8ORACLE_UNSUPPORTED, error->argument + ": " + error->reason, reason);
    return FP8ORACLE_OK;
  });
}

}  // namespace fp8oracle::mutants
