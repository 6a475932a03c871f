// SPDX-License-Identifier: Apache-2.0
// Device memory and what moves it, in stream order. Memory is made on the current device; all else
// is done on the stream's.
#include "device_state.h"
#include "on_device.h"
#include "queue.h"
#include "status.h"

namespace fp8oracle::cuda {
namespace {

fp8oracle_status alloc(uint64_t bytes, void** data, fp8oracle_message message) {
  return guarded(message, [&] {
    const DeviceState& device = device_state();
    if (device.refusal != FP8ORACLE_OK) return report(device.refusal, device.problem, message);
    return status_of(cudaMalloc(data, bytes == 0 ? 1 : bytes), "alloc", message);
  });
}

// An address says which device it is of.
void release(void* data) { forget(cudaFree(data)); }

fp8oracle_status synchronize(fp8oracle_stream stream, fp8oracle_message message) {
  return run_on(stream->device, message, [&] {
    return status_of(cudaStreamSynchronize(stream->handle), "synchronize", message);
  });
}

// A recording would keep the host's address and read it at every replay.
fp8oracle_status refuse_host_in_recording(fp8oracle_stream stream, const char* what,
                                          fp8oracle_message message) {
  if (stream->recording == nullptr) return FP8ORACLE_OK;
  return report(FP8ORACLE_INVALID_ARGUMENT,
                std::string("stream: is being captured, which ") + what + " cannot be part of",
                message);
}

// Pageable memory has been staged when a copy from it returns; pinned memory is read later.
cudaError_t wait_where_pinned(const void* host, cudaStream_t stream) {
  cudaPointerAttributes attributes{};
  const cudaError_t error = cudaPointerGetAttributes(&attributes, host);
  if (error != cudaSuccess || attributes.type == cudaMemoryTypeUnregistered) return error;
  return cudaStreamSynchronize(stream);
}

fp8oracle_status upload(void* data, const void* host, uint64_t bytes, fp8oracle_stream stream,
                        fp8oracle_message message) {
  return run_on(stream->device, message, [&]() -> fp8oracle_status {
    if (const auto refused = refuse_host_in_recording(stream, "upload", message)) return refused;
    if (bytes == 0) return FP8ORACLE_OK;
    cudaError_t error = cudaMemcpyAsync(data, host, bytes, cudaMemcpyHostToDevice, stream->handle);
    if (error == cudaSuccess) error = wait_where_pinned(host, stream->handle);
    return status_of(error, "upload", message);
  });
}

fp8oracle_status download(void* host, const void* data, uint64_t bytes, fp8oracle_stream stream,
                          fp8oracle_message message) {
  return run_on(stream->device, message, [&]() -> fp8oracle_status {
    if (const auto refused = refuse_host_in_recording(stream, "download", message)) return refused;
    if (bytes == 0) return FP8ORACLE_OK;
    return status_of(cudaMemcpyAsync(host, data, bytes, cudaMemcpyDeviceToHost, stream->handle),
                     "download", message);
  });
}

fp8oracle_status copy(void* to, const void* from, uint64_t bytes, fp8oracle_stream stream,
                      fp8oracle_message message) {
  if (bytes == 0) return FP8ORACLE_OK;
  return run_on(stream->device, message, [&] {
    return status_of(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream->handle),
                     "copy", message);
  });
}

fp8oracle_status fill(void* data, uint8_t byte, uint64_t bytes, fp8oracle_stream stream,
                      fp8oracle_message message) {
  if (bytes == 0) return FP8ORACLE_OK;
  return run_on(stream->device, message, [&] {
    return status_of(cudaMemsetAsync(data, byte, bytes, stream->handle), "fill", message);
  });
}

}  // namespace

fp8oracle_backend_table device_memory_table(const char* device) {
  fp8oracle_backend_table table{};
  table.struct_size = sizeof table;
  table.abi_version = FP8ORACLE_ABI_VERSION;
  table.name = "cuda";
  table.device = device;
  table.alloc = alloc;
  table.free = release;
  table.stream_create = stream_create;
  table.stream_destroy = stream_destroy;
  table.synchronize = synchronize;
  table.upload = upload;
  table.download = download;
  table.copy = copy;
  table.fill = fill;
  table.capture = capture;
  table.end_capture = end_capture;
  table.replay = replay;
  table.recording_destroy = recording_destroy;
  return table;
}

}  // namespace fp8oracle::cuda
