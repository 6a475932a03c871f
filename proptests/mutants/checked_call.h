// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "decisions.h"

namespace fp8oracle::mutants {

/// The frame of an operation: `run` gets the resolved arguments once the checks have passed.
template <typename AbiArgs, typename Run>
fp8oracle_status checked_call(const Decisions& d, fp8oracle_operation operation,
                              const AbiArgs* args, fp8oracle_message message, const Run& run) {
  return guarded(message, [&] {
    if constexpr (std::is_same_v<AbiArgs, fp8oracle_quantize_args>) {
      if (d.boundary.launches_first != nullptr && args != nullptr) d.boundary.launches_first(*args);
    }
    Call call(operation, args);
    if (const Checked error = d.boundary.check(call)) return d.boundary.refuse(*error, message);
    run(resolved(call.as<AbiArgs>()));
    return FP8ORACLE_OK;
  });
}

/// The same for all decisions.
fp8oracle_status supports(fp8oracle_operation operation, const void* args,
                          fp8oracle_message reason);

}  // namespace fp8oracle::mutants
