// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "queued.h"

namespace fp8oracle::mutants {
namespace {

QueuedStream& of(fp8oracle_stream stream) { return *reinterpret_cast<QueuedStream*>(stream); }

void run_all(std::vector<Launch>& launches) {
  for (Launch& launch : std::exchange(launches, {})) launch();
}

fp8oracle_status stream_create(fp8oracle_stream* stream, fp8oracle_message) {
  *stream = reinterpret_cast<fp8oracle_stream>(new QueuedStream);
  return FP8ORACLE_OK;
}
void stream_destroy(fp8oracle_stream stream) {
  const std::unique_ptr<QueuedStream> owned(&of(stream));
  delete owned->recording;
}

fp8oracle_status synchronize(fp8oracle_stream stream, fp8oracle_message message) {
  if (of(stream).recording != nullptr)
    return report(FP8ORACLE_DEVICE_ERROR, "a stream that captures cannot be waited for", message);
  run_all(of(stream).queue);
  run_all(of(stream).late);
  return FP8ORACLE_OK;
}

void enqueue(fp8oracle_stream stream, Launch run) {
  Queue(correct(), stream).launch(std::move(run));
}

fp8oracle_status upload(void* data, const void* host, std::uint64_t bytes, fp8oracle_stream stream,
                        fp8oracle_message) {
  const auto* from = static_cast<const std::uint8_t*>(host);
  enqueue(stream, [data, kept = std::vector<std::uint8_t>(from, from + bytes)] {
    if (!kept.empty()) std::memcpy(data, kept.data(), kept.size());
  });
  return FP8ORACLE_OK;
}
fp8oracle_status copy(void* to, const void* from, std::uint64_t bytes, fp8oracle_stream stream,
                      fp8oracle_message) {
  enqueue(stream, [=] {
    if (bytes != 0) std::memmove(to, from, bytes);
  });
  return FP8ORACLE_OK;
}
fp8oracle_status fill(void* data, std::uint8_t byte, std::uint64_t bytes, fp8oracle_stream stream,
                      fp8oracle_message) {
  enqueue(stream, [=] {
    if (bytes != 0) std::memset(data, byte, bytes);
  });
  return FP8ORACLE_OK;
}

void recording_destroy(fp8oracle_recording recording) {
  delete reinterpret_cast<Recording*>(recording);
}

}  // namespace

fp8oracle_backend_table queued_memory_table() {
  fp8oracle_backend_table t = tracked_memory_table();
  t.device = "CPU, deferred stream";
  t.stream_create = stream_create;
  t.stream_destroy = stream_destroy;
  t.synchronize = synchronize;
  t.upload = upload;
  t.download = copy;
  t.copy = copy;
  t.fill = fill;
  t.recording_destroy = recording_destroy;
  return t;
}

fp8oracle_status begin_queued_capture(fp8oracle_stream stream) {
  if (of(stream).recording != nullptr) return FP8ORACLE_DEVICE_ERROR;
  of(stream).recording = new Recording;
  return FP8ORACLE_OK;
}

fp8oracle_status end_queued_capture(fp8oracle_stream stream, fp8oracle_recording* recording,
                                    std::uint64_t* nodes) {
  Recording* const made = std::exchange(of(stream).recording, nullptr);
  if (made == nullptr) return FP8ORACLE_DEVICE_ERROR;
  *nodes = made->launches.size();
  *recording = reinterpret_cast<fp8oracle_recording>(made);
  return FP8ORACLE_OK;
}

fp8oracle_status replay_queued(const Faults& faults, fp8oracle_recording recording,
                               fp8oracle_stream stream) {
  auto& made = *reinterpret_cast<Recording*>(recording);
  if (faults.replay_runs_once && std::exchange(made.replayed, true)) return FP8ORACLE_OK;
  std::vector<Launch> launches = made.launches;
  if (faults.replay_is_unordered) std::reverse(launches.begin(), launches.end());
  for (Launch& launch : launches) of(stream).queue.push_back(std::move(launch));
  return FP8ORACLE_OK;
}

void Queue::launch(Launch run) {
  if (stream_.recording == nullptr) return stream_.queue.push_back(std::move(run));
  if (faults_.capture_runs) stream_.queue.push_back(run);
  stream_.recording->launches.push_back(std::move(run));
}

void Queue::launch_late(Launch run) {
  if (capturing()) return launch(std::move(run));
  stream_.late.push_back(std::move(run));
}

}  // namespace fp8oracle::mutants
