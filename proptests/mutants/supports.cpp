// SPDX-License-Identifier: Apache-2.0
#include "checked_call.h"
#include "fp8oracle/operations/operation.h"

namespace fp8oracle::mutants {
namespace {

ResolvedScheme scheme_of(fp8oracle_operation id, const void* args) {
  return resolve(*field_of<const fp8oracle_scheme*>(args, *operation(id).find(FieldRole::kScheme)));
}

}  // namespace

fp8oracle_status supports(fp8oracle_operation operation, const void* args,
                          fp8oracle_message reason) {
  return guarded(reason, [&] {
    if (const auto error = fp8oracle::check_arguments(operation, args))
      return report(FP8ORACLE_UNSUPPORTED, error->argument + ": " + error->reason, reason);
    const Format format = scheme_of(operation, args).format;
    if (!is_inf(decode(static_cast<std::uint8_t>(format.max_code), format))) return FP8ORACLE_OK;
    return report(FP8ORACLE_UNSUPPORTED, "scheme.format: its largest value is not an FP32 number",
                  reason);
  });
}

}  // namespace fp8oracle::mutants
