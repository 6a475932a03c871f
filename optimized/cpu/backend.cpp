// SPDX-License-Identifier: Apache-2.0
#include "backend.h"

#include <exception>
#include <new>
#include <optional>

#include "element_rule.h"
#include "fp8oracle/arguments.h"
#include "fp8oracle/host_memory.h"
#include "operations.h"
#include "scalars.h"
#include "threads.h"

namespace fp8oracle::cpu {
namespace {

std::optional<std::string> unsupported(const fp8oracle_scheme& scheme) {
  if (auto reason = unsupported_element(scheme.format, scheme.knobs)) return reason;
  const fp8oracle_knobs& knobs = scheme.knobs;
  if (knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV &&
      knobs.scale_inv_subnormals == FP8ORACLE_DROP) {
    return "product x/r with scale_inv.subnormals flush: which scale_inv divides is not defined";
  }
  return std::nullopt;
}

fp8oracle_status supports(fp8oracle_operation operation, const fp8oracle_scheme* scheme,
                          fp8oracle_type type, fp8oracle_message message) try {
  if (const auto error = check_scheme(*scheme)) {
    return report(FP8ORACLE_UNSUPPORTED, error->argument + ": " + error->reason, message);
  }
  if (operation > FP8ORACLE_OP_SCALE_INVERSE)
    return report(FP8ORACLE_UNSUPPORTED, "unknown operation", message);
  if (type > FP8ORACLE_F16) return report(FP8ORACLE_UNSUPPORTED, "unknown type", message);
  const bool one_scale =
      operation == FP8ORACLE_OP_QUANTIZE_CURRENT || operation == FP8ORACLE_OP_SCALE_INVERSE;
  if (one_scale && scheme->granularity != FP8ORACLE_GRANULARITY_TENSOR)
    return report(FP8ORACLE_UNSUPPORTED, "per tensor only", message);
  const bool numeric = operation != FP8ORACLE_OP_SWIZZLE && operation != FP8ORACLE_OP_UNSWIZZLE;
  if (numeric) {
    if (const auto reason = unsupported(*scheme))
      return report(FP8ORACLE_UNSUPPORTED, *reason, message);
  }
  return FP8ORACLE_OK;
} catch (const std::exception& error) {
  return report(FP8ORACLE_INTERNAL_ERROR, error.what(), message);
}

// Checks, then runs: nothing is written before both checks have passed [K31], and no exception
// leaves.
template <class Args, class Check, class Run>
fp8oracle_status call(fp8oracle_operation operation, fp8oracle_type type, const Args* args,
                      fp8oracle_message message, const Check& check, const Run& run) try {
  if (const auto error = check(*args)) return report(*error, message);
  const fp8oracle_status supported = supports(operation, &args->scheme, type, message);
  if (supported != FP8ORACLE_OK) return supported;
  if constexpr (requires { args->noop; }) {
    if (stopped_by(args->noop)) return FP8ORACLE_OK;  // all or nothing [K23]
  }
  run(*args);
  return FP8ORACLE_OK;
} catch (const std::bad_alloc&) {
  return report(FP8ORACLE_OUT_OF_MEMORY, "out of host memory", message);
} catch (const std::exception& error) {
  return report(FP8ORACLE_INTERNAL_ERROR, error.what(), message);
}

constexpr auto kCheck = [](const auto& args) { return check_arguments(args); };

}  // namespace

void quantize(const fp8oracle_quantize_args& args) {
  if (args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR) return quantize_tensor(args);
  const bool rows_alone = args.scheme.granularity == FP8ORACLE_GRANULARITY_MX32 &&
                          args.scheme.directions == FP8ORACLE_ROWWISE;
  return rows_alone ? quantize_mx_rowwise(args) : quantize_mx_bands(args);
}

namespace {

fp8oracle_status table_quantize(const fp8oracle_quantize_args* args, fp8oracle_stream,
                                fp8oracle_message message) {
  return call(FP8ORACLE_OP_QUANTIZE, static_cast<fp8oracle_type>(args->input.type), args, message,
              kCheck, quantize);
}

fp8oracle_status table_amax(const fp8oracle_amax_args* args, fp8oracle_stream,
                            fp8oracle_message message) {
  return call(FP8ORACLE_OP_AMAX, static_cast<fp8oracle_type>(args->input.type), args, message,
              kCheck, amax);
}

fp8oracle_status table_scale_from_amax(const fp8oracle_scale_from_amax_args* args, fp8oracle_stream,
                                       fp8oracle_message message) {
  return call(FP8ORACLE_OP_SCALE_FROM_AMAX, static_cast<fp8oracle_type>(args->input_type), args,
              message, kCheck, scale_from_amax);
}

fp8oracle_status table_quantize_current(const fp8oracle_quantize_current_args* args,
                                        fp8oracle_stream, fp8oracle_message message) {
  return call(FP8ORACLE_OP_QUANTIZE_CURRENT, static_cast<fp8oracle_type>(args->input.type), args,
              message, kCheck, quantize_current);
}

fp8oracle_status table_quantize_many(const fp8oracle_quantize_many_args* args, fp8oracle_stream,
                                     fp8oracle_message message) {
  return call(FP8ORACLE_OP_QUANTIZE_MANY, FP8ORACLE_F32, args, message, kCheck, quantize_many);
}

fp8oracle_status table_scale_inverse(const fp8oracle_scale_inverse_args* args, fp8oracle_stream,
                                     fp8oracle_message message) {
  return call(FP8ORACLE_OP_SCALE_INVERSE, FP8ORACLE_F32, args, message, kCheck, scale_inverse);
}

fp8oracle_status table_dequantize(const fp8oracle_dequantize_args* args, fp8oracle_stream,
                                  fp8oracle_message message) {
  return call(FP8ORACLE_OP_DEQUANTIZE, static_cast<fp8oracle_type>(args->output.type), args,
              message, kCheck, dequantize);
}

fp8oracle_status table_swizzle(const fp8oracle_swizzle_args* args, fp8oracle_stream,
                               fp8oracle_message message) {
  const auto check = [](const fp8oracle_swizzle_args& a) { return check_arguments(a, false); };
  return call(FP8ORACLE_OP_SWIZZLE, FP8ORACLE_F32, args, message, check, swizzle);
}

fp8oracle_status table_unswizzle(const fp8oracle_swizzle_args* args, fp8oracle_stream,
                                 fp8oracle_message message) {
  const auto check = [](const fp8oracle_swizzle_args& a) { return check_arguments(a, true); };
  return call(FP8ORACLE_OP_UNSWIZZLE, FP8ORACLE_F32, args, message, check, unswizzle);
}

fp8oracle_backend_table make_table(const char* device) {
  fp8oracle_backend_table table = host_memory_table("cpu", device);
  table.supports = supports;
  table.quantize = table_quantize;
  table.amax = table_amax;
  table.scale_from_amax = table_scale_from_amax;
  table.dequantize = table_dequantize;
  table.swizzle = table_swizzle;
  table.unswizzle = table_unswizzle;
  table.quantize_current = table_quantize_current;
  table.quantize_many = table_quantize_many;
  table.scale_inverse = table_scale_inverse;
  return table;
}

}  // namespace

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
