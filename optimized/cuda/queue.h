// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include "device_state.h"
#include "exchange.h"
#include "fp8oracle/backend.h"

/// A stream of the table, on the device that was current when it was made.
struct fp8oracle_stream_s {
  int device = 0;
  const fp8oracle::cuda::DeviceState* state = nullptr;  // of that device
  cudaStream_t handle = nullptr;
  fp8oracle::cuda::Exchange* exchange = nullptr;   // of launches that run at once
  fp8oracle::cuda::Exchange* recording = nullptr;  // of launches being recorded, while they are
};

/// A captured piece of a stream, for streams of the same device.
struct fp8oracle_recording_s {
  int device = 0;
  cudaGraphExec_t graph = nullptr;
  fp8oracle::cuda::Exchange* exchange = nullptr;
};

namespace fp8oracle::cuda {

/// A stream as operations see it, while its device is current: where to launch, the exchange that
/// such a launch may use, and the device.
struct Queue {
  cudaStream_t stream;
  Exchange* exchange;
  const DeviceState* device;
};

inline Queue queue_of(fp8oracle_stream stream) {
  return {stream->handle, stream->recording != nullptr ? stream->recording : stream->exchange,
          stream->state};
}

/// On the current device.
cudaError_t make_exchange(Exchange** exchange);

fp8oracle_status stream_create(fp8oracle_stream* stream, fp8oracle_message message);
void stream_destroy(fp8oracle_stream stream);
fp8oracle_status capture(fp8oracle_stream stream, fp8oracle_message message);
fp8oracle_status end_capture(fp8oracle_stream stream, fp8oracle_recording* recording,
                             uint64_t* nodes, fp8oracle_message message);
fp8oracle_status replay(fp8oracle_recording recording, fp8oracle_stream stream,
                        fp8oracle_message message);
void recording_destroy(fp8oracle_recording recording);

/// The memory and stream entries of the table.
fp8oracle_backend_table device_memory_table(const char* device);

}  // namespace fp8oracle::cuda
