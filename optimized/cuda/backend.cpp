// SPDX-License-Identifier: Apache-2.0
#include "backend.h"

#include <exception>
#include <new>
#include <string>

#include "device_state.h"
#include "fp8oracle/arguments.h"
#include "on_device.h"
#include "operations.h"
#include "queue.h"
#include "status.h"
#include "support.h"

namespace fp8oracle::cuda {
namespace {

// Checks, then enqueues on the stream's device: nothing is enqueued before both checks have passed
// [K31], and no exception leaves.
template <class Args, class Check, class Run>
fp8oracle_status call(fp8oracle_operation operation, std::uint32_t type, const Args* args,
                      fp8oracle_stream stream, fp8oracle_message message, const Check& check,
                      const Run& run) try {
  if (const auto error = check(*args)) return report(*error, message);
  if (stream == nullptr)
    return report(FP8ORACLE_INVALID_ARGUMENT, "stream: is not one of stream_create", message);
  const OnDevice there(stream->device);
  if (there.error() != cudaSuccess) return status_of(there.error(), "stream", message);
  const auto known = static_cast<fp8oracle_type>(type);
  const fp8oracle_status supported = supports(operation, &args->scheme, known, message);
  if (supported != FP8ORACLE_OK) return supported;
  return run(*args, queue_of(stream), message);
} catch (const std::bad_alloc&) {
  return report(FP8ORACLE_OUT_OF_MEMORY, "no host memory", message);
} catch (const std::exception& error) {
  return report(FP8ORACLE_INTERNAL_ERROR, error.what(), message);
}

constexpr auto kCheck = [](const auto& args) { return check_arguments(args); };

bool is_block(const fp8oracle_scheme& scheme) {
  return scheme.granularity != FP8ORACLE_GRANULARITY_TENSOR;
}

bool has_transpose(const fp8oracle_scheme& scheme) {
  return (scheme.directions & FP8ORACLE_COLUMNWISE) != 0;
}

fp8oracle_status table_quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                                fp8oracle_message message) {
  return call(FP8ORACLE_OP_QUANTIZE, args->input.type, args, stream, message, kCheck,
              [](const auto& a, const Queue& queue, fp8oracle_message m) {
                if (is_block(a.scheme)) return quantize_mx(a, queue.stream, m);
                return has_transpose(a.scheme) ? quantize_tensor_transposed(a, queue.stream, m)
                                               : quantize_tensor(a, queue.stream, m);
              });
}

fp8oracle_status table_amax(const fp8oracle_amax_args* args, fp8oracle_stream stream,
                            fp8oracle_message message) {
  return call(FP8ORACLE_OP_AMAX, args->input.type, args, stream, message, kCheck, amax);
}

fp8oracle_status table_scale_from_amax(const fp8oracle_scale_from_amax_args* args,
                                       fp8oracle_stream stream, fp8oracle_message message) {
  return call(FP8ORACLE_OP_SCALE_FROM_AMAX, args->input_type, args, stream, message, kCheck,
              [](const auto& a, const Queue& queue, fp8oracle_message m) {
                return scale_from_amax(a, queue.stream, m);
              });
}

fp8oracle_status table_quantize_current(const fp8oracle_quantize_current_args* args,
                                        fp8oracle_stream stream, fp8oracle_message message) {
  return call(FP8ORACLE_OP_QUANTIZE_CURRENT, args->input.type, args, stream, message, kCheck,
              [](const auto& a, const Queue& queue, fp8oracle_message m) {
                return has_transpose(a.scheme) ? quantize_current_transposed(a, queue, m)
                                               : quantize_current(a, queue, m);
              });
}

fp8oracle_status table_quantize_many(const fp8oracle_quantize_many_args* args,
                                     fp8oracle_stream stream, fp8oracle_message message) {
  // Looked at before check_arguments() has: one type for all items.
  const bool any = args->count > 0 && args->items != nullptr;
  const std::uint32_t type = any ? args->items[0].input.type : 0u;
  return call(FP8ORACLE_OP_QUANTIZE_MANY, type, args, stream, message, kCheck,
              [](const auto& a, const Queue& queue, fp8oracle_message m) {
                return quantize_many(a, queue.stream, m);
              });
}

fp8oracle_status table_scale_inverse(const fp8oracle_scale_inverse_args* args,
                                     fp8oracle_stream stream, fp8oracle_message message) {
  return call(FP8ORACLE_OP_SCALE_INVERSE, FP8ORACLE_F32, args, stream, message, kCheck,
              [](const auto& a, const Queue& queue, fp8oracle_message m) {
                return scale_inverse(a, queue.stream, m);
              });
}

fp8oracle_status table_dequantize(const fp8oracle_dequantize_args* args, fp8oracle_stream stream,
                                  fp8oracle_message message) {
  return call(FP8ORACLE_OP_DEQUANTIZE, args->output.type, args, stream, message, kCheck,
              [](const auto& a, const Queue& queue, fp8oracle_message m) {
                return dequantize(a, queue.stream, m);
              });
}

fp8oracle_status table_swizzle(const fp8oracle_swizzle_args* args, fp8oracle_stream stream,
                               fp8oracle_message message) {
  const auto check = [](const fp8oracle_swizzle_args& a) { return check_arguments(a, false); };
  return call(FP8ORACLE_OP_SWIZZLE, FP8ORACLE_F32, args, stream, message, check,
              [](const auto& a, const Queue& queue, fp8oracle_message m) {
                return swizzle(a, queue.stream, m);
              });
}

fp8oracle_status table_unswizzle(const fp8oracle_swizzle_args* args, fp8oracle_stream stream,
                                 fp8oracle_message message) {
  const auto check = [](const fp8oracle_swizzle_args& a) { return check_arguments(a, true); };
  return call(FP8ORACLE_OP_UNSWIZZLE, FP8ORACLE_F32, args, stream, message, check,
              [](const auto& a, const Queue& queue, fp8oracle_message m) {
                return unswizzle(a, queue.stream, m);
              });
}

fp8oracle_status no_workspace(fp8oracle_operation, const void*, std::uint64_t* bytes,
                              fp8oracle_message) {
  *bytes = 0;
  return FP8ORACLE_OK;
}

// Where nothing is owned but per-element bytes, an empty tensor costs nothing [K24].
bool is_without_work(fp8oracle_operation operation, const void* args) {
  if (operation == FP8ORACLE_OP_QUANTIZE) {
    const auto& a = *static_cast<const fp8oracle_quantize_args*>(args);
    return is_block(a.scheme) && (a.input.rows == 0 || a.input.cols == 0);
  }
  if (operation == FP8ORACLE_OP_DEQUANTIZE) {
    const auto& a = *static_cast<const fp8oracle_dequantize_args*>(args);
    return a.output.rows == 0 || a.output.cols == 0;
  }
  if (operation == FP8ORACLE_OP_SWIZZLE || operation == FP8ORACLE_OP_UNSWIZZLE) {
    const auto& a = *static_cast<const fp8oracle_swizzle_args*>(args);
    return a.rows == 0 || a.cols == 0;
  }
  return false;
}

fp8oracle_status launches(fp8oracle_operation operation, const void* args, std::uint64_t* count,
                          fp8oracle_message) {
  *count = is_without_work(operation, args) ? 0 : 1;
  if (operation == FP8ORACLE_OP_QUANTIZE_MANY) {
    *count = quantize_many_launches(static_cast<const fp8oracle_quantize_many_args*>(args)->count);
  }
  return FP8ORACLE_OK;
}

fp8oracle_backend_table make_table() {
  static const std::string device = device_state().name;  // the state may be asked for again
  fp8oracle_backend_table table = device_memory_table(device.c_str());
  table.supports = supports;
  table.workspace_bytes = no_workspace;
  table.quantize = table_quantize;
  table.amax = table_amax;
  table.scale_from_amax = table_scale_from_amax;
  table.dequantize = table_dequantize;
  table.swizzle = table_swizzle;
  table.unswizzle = table_unswizzle;
  table.quantize_current = table_quantize_current;
  table.quantize_many = table_quantize_many;
  table.scale_inverse = table_scale_inverse;
  table.launches = launches;
  return table;
}

}  // namespace

const fp8oracle_backend_table& backend() {
  static const fp8oracle_backend_table table = make_table();
  return table;
}

}  // namespace fp8oracle::cuda
