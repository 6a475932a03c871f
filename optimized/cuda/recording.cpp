// SPDX-License-Identifier: Apache-2.0
// Streams, and pieces of them captured as CUDA graphs.
#include <memory>
#include <new>
#include <string>

#include "device_state.h"
#include "on_device.h"
#include "queue.h"
#include "status.h"

namespace fp8oracle::cuda {

cudaError_t make_exchange(Exchange** exchange) {
  *exchange = nullptr;
  void* memory = nullptr;
  cudaError_t error = cudaMalloc(&memory, sizeof(Exchange));
  if (error != cudaSuccess) return error;
  error = cudaMemset(memory, 0, sizeof(Exchange));
  // The memset runs on the legacy stream, which a stream of the table does not wait for.
  if (error == cudaSuccess) error = cudaStreamSynchronize(nullptr);
  if (error != cudaSuccess) {
    forget(cudaFree(memory));
    return error;
  }
  *exchange = static_cast<Exchange*>(memory);
  return cudaSuccess;
}

namespace {

fp8oracle_status make_stream(fp8oracle_stream* stream, fp8oracle_message message) {
  const DeviceState& device = device_state();
  if (device.refusal != FP8ORACLE_OK) return report(device.refusal, device.problem, message);
  auto made = std::make_unique<fp8oracle_stream_s>();
  made->state = &device;
  cudaError_t error = cudaGetDevice(&made->device);
  if (error == cudaSuccess) error = make_exchange(&made->exchange);
  if (error == cudaSuccess) {
    error = cudaStreamCreateWithFlags(&made->handle, cudaStreamNonBlocking);
    if (error != cudaSuccess) forget(cudaFree(made->exchange));
  }
  if (error != cudaSuccess) return status_of(error, "stream_create", message);
  *stream = made.release();
  return FP8ORACLE_OK;
}

fp8oracle_status begin_capture(fp8oracle_stream stream, fp8oracle_message message) {
  if (stream->recording != nullptr)
    return report(FP8ORACLE_INVALID_ARGUMENT, "stream: is being captured already", message);
  // Before the capture begins: memory cannot be taken during one.
  Exchange* exchange = nullptr;
  cudaError_t error = make_exchange(&exchange);
  if (error != cudaSuccess) return status_of(error, "capture", message);
  error = cudaStreamBeginCapture(stream->handle, cudaStreamCaptureModeThreadLocal);
  if (error != cudaSuccess) {
    forget(cudaFree(exchange));
    return status_of(error, "capture", message);
  }
  stream->recording = exchange;
  return FP8ORACLE_OK;
}

fp8oracle_status make_recording(fp8oracle_stream stream, fp8oracle_recording* recording,
                                uint64_t* nodes, fp8oracle_message message) {
  if (stream->recording == nullptr)
    return report(FP8ORACLE_INVALID_ARGUMENT, "stream: is not being captured", message);
  std::unique_ptr<fp8oracle_recording_s> made(new (std::nothrow) fp8oracle_recording_s);
  cudaGraph_t graph = nullptr;
  cudaError_t error = cudaStreamEndCapture(stream->handle, &graph);
  std::size_t count = 0;
  if (error == cudaSuccess) error = cudaGraphGetNodes(graph, nullptr, &count);
  if (error == cudaSuccess && made) error = cudaGraphInstantiate(&made->graph, graph, 0);
  if (graph != nullptr) forget(cudaGraphDestroy(graph));
  Exchange* const exchange = stream->recording;
  stream->recording = nullptr;
  if (error != cudaSuccess || !made) {
    forget(error);
    forget(cudaFree(exchange));
    return made ? status_of(error, "end_capture", message)
                : report(FP8ORACLE_OUT_OF_MEMORY, "no host memory", message);
  }
  made->device = stream->device;
  made->exchange = exchange;
  *nodes = count;
  *recording = made.release();
  return FP8ORACLE_OK;
}

}  // namespace

fp8oracle_status stream_create(fp8oracle_stream* stream, fp8oracle_message message) {
  return guarded(message, [&] { return make_stream(stream, message); });
}

void stream_destroy(fp8oracle_stream stream) {
  if (stream == nullptr) return;
  const OnDevice there(stream->device);
  forget(there.error());
  forget(cudaStreamSynchronize(stream->handle));
  forget(cudaStreamDestroy(stream->handle));
  forget(cudaFree(stream->recording));
  forget(cudaFree(stream->exchange));
  delete stream;
}

fp8oracle_status capture(fp8oracle_stream stream, fp8oracle_message message) {
  return run_on(stream->device, message, [&] { return begin_capture(stream, message); });
}

fp8oracle_status end_capture(fp8oracle_stream stream, fp8oracle_recording* recording,
                             uint64_t* nodes, fp8oracle_message message) {
  return run_on(stream->device, message,
                [&] { return make_recording(stream, recording, nodes, message); });
}

fp8oracle_status replay(fp8oracle_recording recording, fp8oracle_stream stream,
                        fp8oracle_message message) {
  return run_on(stream->device, message, [&] {
    if (recording->device != stream->device) {
      return report(FP8ORACLE_INVALID_ARGUMENT,
                    "stream: is on device " + std::to_string(stream->device) +
                        ", the recording was made on device " + std::to_string(recording->device),
                    message);
    }
    // Replays of one recording on two streams wait for each other: CUDA runs one at a time.
    return status_of(cudaGraphLaunch(recording->graph, stream->handle), "replay", message);
  });
}

void recording_destroy(fp8oracle_recording recording) {
  if (recording == nullptr) return;
  const OnDevice there(recording->device);
  forget(there.error());
  forget(cudaGraphExecDestroy(recording->graph));
  // cudaFree waits for what still uses the memory.
  forget(cudaFree(recording->exchange));
  delete recording;
}

}  // namespace fp8oracle::cuda
