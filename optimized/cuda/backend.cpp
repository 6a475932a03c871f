// SPDX-License-Identifier: Apache-2.0
#include "backend.h"

#include <exception>
#include <new>

#include "device_state.h"
#include "fp8oracle/arguments.h"
#include "operations.h"
#include "queue.h"
#include "support.h"

namespace fp8oracle::cuda {
namespace {

// Checks, then enqueues: nothing is enqueued before both checks have passed [K31], and no exception
// leaves.
template <class Args, class Check, class Run>
fp8oracle_status call(fp8oracle_operation operation, std::uint32_t type, const Args* args,
                      fp8oracle_stream stream, fp8oracle_message message, const Check& check,
                      const Run& run) try {
  if (const auto error = check(*args)) return report(*error, message);
  const auto known = static_cast<fp8oracle_type>(type);
  const fp8oracle_status supported = supports(operation, &args->scheme, known, message);
  if (supported != FP8ORACLE_OK) return supported;
  if (stream == nullptr)
    return report(FP8ORACLE_INVALID_ARGUMENT, "stream: is not one of stream_create", message);
  return run(*args, queue_of(stream), message);
} catch (const std::bad_alloc&) {
  return report(FP8ORACLE_OUT_OF_MEMORY, "out of host memory", message);
} catch (const std::exception& error) {
  return report(FP8ORACLE_INTERNAL_ERROR, error.what(), message);
}

constexpr auto kCheck = [](const auto& args) { return check_arguments(args); };

fp8oracle_status run_quantize(const fp8oracle_quantize_args& args, const Queue& queue,
                              fp8oracle_message message) {
  return quantize_tensor(args, queue.stream, message);
}

fp8oracle_status table_quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                                fp8oracle_message message) {
  return call(FP8ORACLE_OP_QUANTIZE, args->input.type, args, stream, message, kCheck, run_quantize);
}

fp8oracle_status no_workspace(fp8oracle_operation, const void*, std::uint64_t* bytes,
                              fp8oracle_message) {
  *bytes = 0;
  return FP8ORACLE_OK;
}

fp8oracle_status launches(fp8oracle_operation, const void*, std::uint64_t* count,
                          fp8oracle_message) {
  *count = 1;
  return FP8ORACLE_OK;
}

fp8oracle_backend_table make_table() {
  fp8oracle_backend_table table = device_memory_table(device_state().name.c_str());
  table.supports = supports;
  table.workspace_bytes = no_workspace;
  table.quantize = table_quantize;
  table.launches = launches;
  return table;
}

}  // namespace

const fp8oracle_backend_table& backend() {
  static const fp8oracle_backend_table table = make_table();
  return table;
}

}  // namespace fp8oracle::cuda
