// SPDX-License-Identifier: Apache-2.0
#include "backend.h"

#include <string>

#include "device_state.h"
#include "fp8oracle/operations/arguments.h"
#include "on_device.h"
#include "operations.h"
#include "queue.h"
#include "status.h"
#include "support.h"

namespace fp8oracle::cuda {
namespace {

bool has_transpose(const ResolvedScheme& scheme) { return scheme.has(FP8ORACLE_COLUMNWISE); }

fp8oracle_status quantize(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                          const Queue& queue, fp8oracle_message message) {
  if (!scheme.grid.scale_is_given()) return quantize_mx(scheme, args, queue, message);
  return has_transpose(scheme) ? quantize_tensor_transposed(scheme, args, queue, message)
                               : quantize_tensor(scheme, args, queue, message);
}

fp8oracle_status quantize_current(const ResolvedScheme& scheme,
                                  const fp8oracle_quantize_current_args& args, const Queue& queue,
                                  fp8oracle_message message) {
  return has_transpose(scheme) ? quantize_current_transposed(scheme, args, queue, message)
                               : quantize_current_rowwise(scheme, args, queue, message);
}

// Checks, then enqueues on the stream's device: nothing is enqueued before every check has passed
// [K31].
template <class Args, class Operation>
fp8oracle_status run(fp8oracle_operation id, const Args* args, fp8oracle_stream stream,
                     fp8oracle_message message, const Operation& operation) {
  return checked(id, args, message, [&](const ResolvedScheme& scheme, const Args& a) {
    const std::string_view why = unsupported(id, scheme);
    if (!why.empty()) return report(FP8ORACLE_UNSUPPORTED, why, message);
    if (stream == nullptr)
      return report(FP8ORACLE_INVALID_ARGUMENT, "stream: is not one of stream_create", message);
    const OnDevice there(stream->device);
    if (there.error() != cudaSuccess) return status_of(there.error(), "stream", message);
    if (const DeviceState& device = device_state(); device.refusal != FP8ORACLE_OK)
      return report(device.refusal, device.problem, message);
    return operation(scheme, a, queue_of(stream), message);
  });
}

fp8oracle_status no_workspace(fp8oracle_operation, const void*, std::uint64_t* bytes,
                              fp8oracle_message) {
  *bytes = 0;
  return FP8ORACLE_OK;
}

// How many launches a call takes. Where nothing is owned but per-element bytes, an empty tensor
// costs none [K24].
std::uint64_t launches_of(const fp8oracle_quantize_args& args) {
  const bool empty = args.input.rows == 0 || args.input.cols == 0;
  return empty && !resolve(*args.scheme).grid.scale_is_given() ? 0 : 1;
}
std::uint64_t launches_of(const fp8oracle_quantize_given_args& args) {
  const bool empty = args.input.rows == 0 || args.input.cols == 0;
  const bool both = args.scheme->directions == (FP8ORACLE_ROWWISE | FP8ORACLE_COLUMNWISE);
  return empty ? 0 : both ? 2 : 1;
}
std::uint64_t launches_of(const fp8oracle_dequantize_args& args) {
  return args.output.rows == 0 || args.output.cols == 0 ? 0 : 1;
}
std::uint64_t launches_of(const fp8oracle_swizzle_args& args) {
  return args.rows == 0 || args.cols == 0 ? 0 : 1;
}
std::uint64_t launches_of(const fp8oracle_quantize_many_args& args) {
  return quantize_many_launches(args.count);
}
template <class Args>
std::uint64_t launches_of(const Args&) {
  return 1;
}

fp8oracle_status launches(fp8oracle_operation operation, const void* args, std::uint64_t* count,
                          fp8oracle_message message) {
  return guarded(message, [&] {
    if (const auto error = check_arguments(operation, args)) return report(*error, message);
    switch (operation) {
#define FP8ORACLE_OPERATION(ID, name, Args, ...)           \
  case FP8ORACLE_OP_##ID:                                  \
    *count = launches_of(*static_cast<const Args*>(args)); \
    break;
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
    }
    return FP8ORACLE_OK;
  });
}

fp8oracle_backend_table make_table() {
  static const std::string device = device_state().name;  // the state may be asked for again
  fp8oracle_backend_table table = device_memory_table(device.c_str());
  table.supports = supports;
  table.workspace_bytes = no_workspace;
  table.launches = launches;
#define FP8ORACLE_OPERATION(ID, name, Args, ...)                                          \
  table.name = [](const Args* args, fp8oracle_stream stream, fp8oracle_message message) { \
    return run(FP8ORACLE_OP_##ID, args, stream, message,                                  \
               [](const ResolvedScheme& scheme, const Args& a, const Queue& queue,        \
                  fp8oracle_message m) { return name(scheme, a, queue, m); });            \
  };
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
  return table;
}

}  // namespace

const fp8oracle_backend_table& backend() {
  static const fp8oracle_backend_table table = make_table();
  return table;
}

}  // namespace fp8oracle::cuda
