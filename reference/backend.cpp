// SPDX-License-Identifier: Apache-2.0
#include "reference/backend.h"

#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <string>

#include "fp8oracle/arguments.h"
#include "fp8oracle/host_memory.h"
#include "reference/amax.h"
#include "reference/codec.h"
#include "reference/current.h"
#include "reference/dequantize.h"
#include "reference/layout.h"
#include "reference/mx.h"
#include "reference/quantize.h"
#include "reference/scalar.h"
#include "reference/scale.h"

namespace fp8oracle::reference {
namespace {

/// Why a format that check_scheme() takes cannot be served, or nothing.
std::optional<std::string> unsupported_format(const fp8oracle_format& abi) {
  const Format format = format_from_abi(abi);
  const double max = decode(format, static_cast<std::uint8_t>(format.max_code));
  if (max <= static_cast<double>(std::numeric_limits<float>::max())) return std::nullopt;
  return "scheme.format: its largest value is not an FP32 number";
}

/// Runs `body`; what it throws becomes a status, because no exception crosses the table.
template <typename Body>
fp8oracle_status guarded(fp8oracle_message message, Body&& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return report(FP8ORACLE_OUT_OF_MEMORY, "the reference ran out of host memory", message);
  } catch (const std::exception& error) {
    return report(FP8ORACLE_INTERNAL_ERROR, error.what(), message);
  } catch (...) {
    return report(FP8ORACLE_INTERNAL_ERROR, "the reference threw something unknown", message);
  }
}

/// Checks everything before a byte is written [K31], then runs `operation(*args)`.
template <typename Args, typename Check, typename Operation>
fp8oracle_status checked(const Args* args, fp8oracle_message message, Check&& check,
                         Operation&& operation) {
  return guarded(message, [&] {
    if (args == nullptr) return report(ArgumentError{"args", "is missing"}, message);
    if (const auto error = check(*args)) return report(*error, message);
    if (const auto reason = unsupported_format(args->scheme.format)) {
      return report(FP8ORACLE_UNSUPPORTED, *reason, message);
    }
    if constexpr (requires { args->noop; }) {
      if (stopped_by(args->noop)) return FP8ORACLE_OK;  // all or nothing [K23]
    }
    operation(*args);
    return FP8ORACLE_OK;
  });
}

constexpr auto kCheck = [](const auto& args) { return check_arguments(args); };

void quantize(const fp8oracle_quantize_args& args) {
  args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR ? quantize_tensor(args)
                                                          : quantize_mx(args);
}

fp8oracle_quantize_args single(const fp8oracle_quantize_many_args& many,
                               const fp8oracle_quantize_item& item) {
  fp8oracle_quantize_args args{};
  args.struct_size = sizeof args;
  args.scheme = many.scheme;
  args.input = item.input;
  args.scale = item.scale;
  args.amax = item.amax;
  args.rowwise = item.rowwise;
  args.columnwise = item.columnwise;
  return args;
}

fp8oracle_status run_quantize(const fp8oracle_quantize_args* args, fp8oracle_stream,
                              fp8oracle_message message) {
  return checked(args, message, kCheck, quantize);
}

fp8oracle_status run_quantize_current(const fp8oracle_quantize_current_args* args, fp8oracle_stream,
                                      fp8oracle_message message) {
  return checked(args, message, kCheck,
                 [](const fp8oracle_quantize_current_args& a) { quantize_current(a); });
}

/// Many tensors are one cast after the other [K26].
fp8oracle_status run_quantize_many(const fp8oracle_quantize_many_args* args, fp8oracle_stream,
                                   fp8oracle_message message) {
  return checked(args, message, kCheck, [](const fp8oracle_quantize_many_args& a) {
    for (std::uint64_t i = 0; i < a.count; ++i) quantize(single(a, a.items[i]));
  });
}

fp8oracle_status run_scale_inverse(const fp8oracle_scale_inverse_args* args, fp8oracle_stream,
                                   fp8oracle_message message) {
  return checked(args, message, kCheck,
                 [](const fp8oracle_scale_inverse_args& a) { scale_inverse(a); });
}

fp8oracle_status run_amax(const fp8oracle_amax_args* args, fp8oracle_stream,
                          fp8oracle_message message) {
  return checked(args, message, kCheck, [](const fp8oracle_amax_args& a) { amax(a); });
}

fp8oracle_status run_scale_from_amax(const fp8oracle_scale_from_amax_args* args, fp8oracle_stream,
                                     fp8oracle_message message) {
  return checked(args, message, kCheck,
                 [](const fp8oracle_scale_from_amax_args& a) { scale_from_amax(a); });
}

fp8oracle_status run_dequantize(const fp8oracle_dequantize_args* args, fp8oracle_stream,
                                fp8oracle_message message) {
  return checked(args, message, kCheck, [](const fp8oracle_dequantize_args& a) { dequantize(a); });
}

fp8oracle_status run_swizzle(const fp8oracle_swizzle_args* args, fp8oracle_stream,
                             fp8oracle_message message) {
  const auto check = [](const fp8oracle_swizzle_args& a) { return check_arguments(a, false); };
  return checked(args, message, check, [](const fp8oracle_swizzle_args& a) { swizzle(a); });
}

fp8oracle_status run_unswizzle(const fp8oracle_swizzle_args* args, fp8oracle_stream,
                               fp8oracle_message message) {
  const auto check = [](const fp8oracle_swizzle_args& a) { return check_arguments(a, true); };
  return checked(args, message, check, [](const fp8oracle_swizzle_args& a) { unswizzle(a); });
}

/// Why the operation cannot be had for this scheme, or nothing.
std::optional<std::string> denial(fp8oracle_operation operation, const fp8oracle_scheme& scheme) {
  if (const auto error = check_scheme(scheme)) return error->argument + ": " + error->reason;
  const bool permutes = operation == FP8ORACLE_OP_SWIZZLE || operation == FP8ORACLE_OP_UNSWIZZLE;
  if (permutes && scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR) {
    return "per tensor there is one scale_inv, nothing to permute";
  }
  const bool one_scale =
      operation == FP8ORACLE_OP_QUANTIZE_CURRENT || operation == FP8ORACLE_OP_SCALE_INVERSE;
  if (one_scale && scheme.granularity != FP8ORACLE_GRANULARITY_TENSOR) {
    return "a block format has no scale that a recipe chooses";
  }
  return unsupported_format(scheme.format);
}

fp8oracle_status supports(fp8oracle_operation operation, const fp8oracle_scheme* scheme,
                          fp8oracle_type, fp8oracle_message reason) {
  return guarded(reason, [&] {
    if (scheme == nullptr) return report(ArgumentError{"scheme", "is missing"}, reason);
    if (const auto why = denial(operation, *scheme)) {
      return report(FP8ORACLE_UNSUPPORTED, *why, reason);
    }
    return FP8ORACLE_OK;
  });
}

}  // namespace

const fp8oracle_backend_table& backend() {
  static const fp8oracle_backend_table table = [] {
    fp8oracle_backend_table t = host_memory_table("reference", "CPU");
    t.supports = supports;
    t.quantize = run_quantize;
    t.amax = run_amax;
    t.scale_from_amax = run_scale_from_amax;
    t.dequantize = run_dequantize;
    t.swizzle = run_swizzle;
    t.unswizzle = run_unswizzle;
    t.quantize_current = run_quantize_current;
    t.quantize_many = run_quantize_many;
    t.scale_inverse = run_scale_inverse;
    return t;
  }();
  return table;
}

}  // namespace fp8oracle::reference
