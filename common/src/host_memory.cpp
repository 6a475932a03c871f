// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/host_memory.h"

#include <cstdlib>
#include <cstring>

#include "fp8oracle/operations/arguments.h"

namespace fp8oracle {
namespace {

constexpr std::uint64_t kAlignment = 256;

fp8oracle_status host_alloc(std::uint64_t bytes, void** data, fp8oracle_message message) {
  const std::uint64_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  *data = rounded < bytes ? nullptr
                          : std::aligned_alloc(kAlignment, rounded == 0 ? kAlignment : rounded);
  if (*data == nullptr) {
    return report(FP8ORACLE_OUT_OF_MEMORY,
                  "alloc: no " + std::to_string(bytes) + " bytes of host memory", message);
  }
  return FP8ORACLE_OK;
}

void host_free(void* data) { std::free(data); }

fp8oracle_status host_stream_create(fp8oracle_stream* stream, fp8oracle_message) {
  *stream = nullptr;  // every operation finishes before it returns: nothing to order
  return FP8ORACLE_OK;
}

void host_stream_destroy(fp8oracle_stream) {}
fp8oracle_status host_synchronize(fp8oracle_stream, fp8oracle_message) { return FP8ORACLE_OK; }

fp8oracle_status host_copy(void* to, const void* from, std::uint64_t bytes, fp8oracle_stream,
                           fp8oracle_message) {
  if (bytes != 0) std::memmove(to, from, bytes);
  return FP8ORACLE_OK;
}

fp8oracle_status host_fill(void* data, std::uint8_t byte, std::uint64_t bytes, fp8oracle_stream,
                           fp8oracle_message) {
  if (bytes != 0) std::memset(data, byte, bytes);
  return FP8ORACLE_OK;
}

fp8oracle_status no_workspace(fp8oracle_operation, const void*, std::uint64_t* bytes,
                              fp8oracle_message) {
  *bytes = 0;
  return FP8ORACLE_OK;
}

}  // namespace

fp8oracle_backend_table host_memory_table(const char* name, const char* device) {
  fp8oracle_backend_table table{};
  table.struct_size = sizeof table;
  table.abi_version = FP8ORACLE_ABI_VERSION;
  table.name = name;
  table.device = device;
  table.alloc = host_alloc;
  table.free = host_free;
  table.stream_create = host_stream_create;
  table.stream_destroy = host_stream_destroy;
  table.synchronize = host_synchronize;
  table.upload = host_copy;
  table.download = host_copy;
  table.copy = host_copy;
  table.fill = host_fill;
  table.workspace_bytes = no_workspace;
  return table;
}

}  // namespace fp8oracle
