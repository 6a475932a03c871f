// SPDX-License-Identifier: Apache-2.0
#include "reference/backend.h"

#include <limits>
#include <optional>
#include <string>

#include "fp8oracle/host_memory.h"
#include "fp8oracle/operations/arguments.h"
#include "fp8oracle/operations/operation.h"
#include "reference/amax.h"
#include "reference/codec.h"
#include "reference/current.h"
#include "reference/dequantize.h"
#include "reference/layout.h"
#include "reference/quantize.h"
#include "reference/scalar.h"
#include "reference/scale.h"

namespace fp8oracle::reference {
namespace {

/// Why a format that check_scheme() takes cannot be served, or nothing.
std::optional<std::string> unsupported_format(const Format& format) {
  const double max = decode(format, static_cast<std::uint8_t>(format.max_code));
  if (max <= static_cast<double>(std::numeric_limits<float>::max())) return std::nullopt;
  return "scheme.format: its largest value is not an FP32 number";
}

/// Checks everything before a byte is written [K31], looks at noop, then runs `operation`.
template <typename Args, typename Operation>
fp8oracle_status run(fp8oracle_operation id, const Args* args, fp8oracle_message message,
                     Operation&& operation) {
  return checked(id, args, message, [&](const ResolvedScheme& scheme, const Args& a) {
    if (const auto reason = unsupported_format(scheme.format))
      return report(FP8ORACLE_UNSUPPORTED, *reason, message);
    if constexpr (requires { a.noop; }) {
      if (stopped_by(a.noop)) return FP8ORACLE_OK;  // all or nothing [K23]
    }
    operation(scheme, a);
    return FP8ORACLE_OK;
  });
}

fp8oracle_status supports(fp8oracle_operation id, const void* args, fp8oracle_message reason) {
  return guarded(reason, [&] {
    if (auto error = check_arguments(id, args)) {
      error->status = FP8ORACLE_UNSUPPORTED;
      return report(*error, reason);
    }
    const auto* scheme =
        field_of<const fp8oracle_scheme*>(args, *operation(id).find(FieldRole::kScheme));
    const auto why = unsupported_format(resolve(*scheme).format);
    return why ? report(FP8ORACLE_UNSUPPORTED, *why, reason) : FP8ORACLE_OK;
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
