// SPDX-License-Identifier: Apache-2.0
#include "honest.h"

#include <cstring>

#include "fp8oracle/host_memory.h"
#include "fp8oracle/operations/arguments.h"

namespace fp8oracle::runner {
namespace {

constexpr float kOne = 1.0f;

fp8oracle_status supports(fp8oracle_operation operation, const void*, fp8oracle_message reason) {
  if (operation == FP8ORACLE_OP_QUANTIZE || operation == FP8ORACLE_OP_AMAX) return FP8ORACLE_OK;
  return report(FP8ORACLE_UNSUPPORTED, "only quantize and amax", reason);
}

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream,
                          fp8oracle_message message) {
  if (const auto error = check_arguments(FP8ORACLE_OP_QUANTIZE, args))
    return report(*error, message);
  std::memset(args->rowwise.codes.data, kCode, args->rowwise.codes.bytes);
  if (args->rowwise.scale_inv.data) std::memcpy(args->rowwise.scale_inv.data, &kOne, sizeof kOne);
  return FP8ORACLE_OK;
}

fp8oracle_status amax(const fp8oracle_amax_args* args, fp8oracle_stream,
                      fp8oracle_message message) {
  if (const auto error = check_arguments(FP8ORACLE_OP_AMAX, args)) return report(*error, message);
  std::memcpy(args->amax.data, &kOne, sizeof kOne);
  return FP8ORACLE_OK;
}

fp8oracle_status denied(const fp8oracle_dequantize_args*, fp8oracle_stream,
                        fp8oracle_message message) {
  return report(FP8ORACLE_UNSUPPORTED, "only quantize and amax", message);
}

}  // namespace

fp8oracle_backend_table honest_table(const char* name) {
  fp8oracle_backend_table table = host_memory_table(name, "test");
  table.supports = supports;
  table.quantize = quantize;
  table.amax = amax;
  table.dequantize = denied;
  return table;
}

const fp8oracle_backend_table* honest_except(const char* name, Quantize quantize) {
  static fp8oracle_backend_table table;
  table = honest_table(name);
  table.quantize = quantize;
  return &table;
}

}  // namespace fp8oracle::runner
