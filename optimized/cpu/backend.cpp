// SPDX-License-Identifier: Apache-2.0
#include "backend.h"

#include <optional>
#include <string>

#include "element_rule.h"
#include "fp8oracle/host_memory.h"
#include "fp8oracle/operations/arguments.h"
#include "operations.h"
#include "scalars.h"
#include "threads.h"

namespace fp8oracle::cpu {
namespace {

/// The others take max|x|, or make a number out of a number.
bool reads_grid(fp8oracle_operation id) {
  return id != FP8ORACLE_OP_AMAX && id != FP8ORACLE_OP_SCALE_FROM_AMAX &&
         id != FP8ORACLE_OP_SCALE_INVERSE;
}

bool permutes(fp8oracle_operation id) {
  return id == FP8ORACLE_OP_SWIZZLE || id == FP8ORACLE_OP_UNSWIZZLE;
}

/// What the kernels cannot do of schemes that check_arguments() takes, or nothing.
std::optional<std::string> unsupported(fp8oracle_operation id, const ResolvedScheme& scheme) {
  const Grid& grid = scheme.grid;
  if (reads_grid(id)) {
    if (grid != kTensorGrid && grid != kMx32Grid && grid != kMx32x32Grid)
      return "scheme.grid: only tensor, mx32 and mx32x32 are vectorized";
    if (scheme.layout == FP8ORACLE_LAYOUT_PACKED) return "scheme.layout: packed is not vectorized";
  }
  if (permutes(id)) return std::nullopt;  // bytes are moved as they are
  const Knobs& knobs = scheme.knobs;
  if (auto reason = unsupported_element(scheme.format, knobs)) return reason;
  if (knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV &&
      knobs.scale_inv_subnormals == FP8ORACLE_DROP) {
    return "scheme.knobs.product: x/r with scale_inv.subnormals flush: which scale_inv divides is "
           "not defined";
  }
  return std::nullopt;
}

fp8oracle_status supports(fp8oracle_operation id, const void* args, fp8oracle_message reason) {
  return guarded(reason, [&] {
    ResolvedScheme scheme;
    if (auto error = check_arguments(id, args, scheme)) {
      error->status = FP8ORACLE_UNSUPPORTED;
      return report(*error, reason);
    }
    const auto why = unsupported(id, scheme);
    return why ? report(FP8ORACLE_UNSUPPORTED, *why, reason) : FP8ORACLE_OK;
  });
}

/// Checks everything before a byte is written [K31], looks at noop, then runs `operation`.
template <class Args, class Operation>
fp8oracle_status run(fp8oracle_operation id, const Args* args, fp8oracle_message message,
                     const Operation& operation) {
  return checked(id, args, message, [&](const ResolvedScheme& scheme, const Args& a) {
    if (const auto why = unsupported(id, scheme))
      return report(FP8ORACLE_UNSUPPORTED, *why, message);
    if constexpr (requires { a.noop; }) {
      if (stopped_by(a.noop)) return FP8ORACLE_OK;  // all or nothing [K23]
    }
    operation(scheme, a);
    return FP8ORACLE_OK;
  });
}

fp8oracle_backend_table make_table(const char* device) {
  fp8oracle_backend_table t = host_memory_table("cpu", device);
  t.supports = supports;
#define FP8ORACLE_OPERATION(ID, name, Args, ...)                                           \
  t.name = [](const Args* args, fp8oracle_stream, fp8oracle_message message) {             \
    return run(FP8ORACLE_OP_##ID, args, message,                                           \
               [](const ResolvedScheme& scheme, const Args& a) { cpu::name(scheme, a); }); \
  };
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
  return t;
}

}  // namespace

void quantize(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  if (scheme.grid == kTensorGrid) return quantize_tensor(scheme, args);
  const bool rows_alone = scheme.grid == kMx32Grid && scheme.directions == FP8ORACLE_ROWWISE;
  return rows_alone ? quantize_mx_rowwise(scheme, args) : quantize_mx_bands(scheme, args);
}

std::string device_name() {
  const int threads = thread_count();
  return std::string("CPU, ") + target_name() + ", " + std::to_string(threads) +
         (threads == 1 ? " thread" : " threads");
}

const fp8oracle_backend_table& backend() {
  static const std::string device = device_name();
  static const fp8oracle_backend_table table = make_table(device.c_str());
  return table;
}

}  // namespace fp8oracle::cpu
