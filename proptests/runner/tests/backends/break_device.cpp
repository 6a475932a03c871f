// SPDX-License-Identifier: Apache-2.0
// Breaks its device: nothing can be waited for or read after the call.
#include "fp8oracle/operations/arguments.h"
#include "honest.h"

namespace {

bool broken = false;

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  broken = true;
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

fp8oracle_status synchronize(fp8oracle_stream, fp8oracle_message message) {
  if (!broken) return FP8ORACLE_OK;
  return fp8oracle::report(FP8ORACLE_DEVICE_ERROR, "an illegal address", message);
}

fp8oracle_status stream_create(fp8oracle_stream* stream, fp8oracle_message message) {
  if (!broken) return fp8oracle::runner::honest_table("").stream_create(stream, message);
  return fp8oracle::report(FP8ORACLE_DEVICE_ERROR, "an illegal address", message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  static const fp8oracle_backend_table table = [] {
    fp8oracle_backend_table t = *fp8oracle::runner::honest_except("break_device", quantize);
    t.synchronize = synchronize;
    t.stream_create = stream_create;
    return t;
  }();
  return &table;
}
