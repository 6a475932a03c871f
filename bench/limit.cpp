// SPDX-License-Identifier: Apache-2.0
#include "limit.h"

#include <algorithm>
#include <string_view>

#include "host_copy.h"
#include "machine.h"
#ifdef FP8ORACLE_HAS_CUDA
#include "limit_cuda.h"
#endif

namespace fp8oracle::bench {
namespace {

/// The backend's own copy, in its stream.
class BackendCopy {
 public:
  BackendCopy(const client::Stream& stream, std::uint64_t bytes, int sets) : stream_(stream) {
    for (int set = 0; set < 2 * sets; ++set) {
      memory_.emplace_back(stream, bytes).fill(1);
    }
    stream.synchronize();
  }

  void enqueue(int set) const {
    const client::Memory* pair = &memory_[2 * static_cast<std::size_t>(set)];
    stream_.copy(pair[1].data(), pair[0].data(), pair[0].bytes());
  }

 private:
  const client::Stream& stream_;
  std::vector<client::Memory> memory_;
};

Limit backend_copy(const client::Stream& stream, std::uint64_t bytes, int sets) {
  const auto copy = std::make_shared<BackendCopy>(stream, bytes, sets);
  const auto enqueue = [copy](int set) { copy->enqueue(set); };
  if (!stream.client().can_capture())
    return {"the backend's copy", unrecorded_sampler(stream, sets, enqueue)};
  const auto recorded = std::make_shared<RecordedCalls>(stream, enqueue);
  return {"the backend's copy",
          Slope([recorded, copy](int n) { return recorded->replay(n); }, kRecordedCalls)};
}

Limit host_copy(const client::Stream& stream, std::uint64_t bytes, int sets) {
  const int threads = std::string_view(stream.table().name) == "reference" ? 1 : host_threads();
  const auto copy = std::make_shared<HostCopy>(bytes, threads, sets);
  return {"memcpy, threads: " + std::to_string(threads),
          unrecorded_sampler(stream, sets, [copy](int set) { copy->run(set); })};
}

}  // namespace

std::vector<Limit> limits_for(const client::Stream& stream, std::uint64_t bytes, int sets) {
  if (is_host(stream.table())) return {host_copy(stream, bytes, sets)};
  const std::uint64_t half = std::max<std::uint64_t>(bytes / 2, 1);
  std::vector<Limit> limits{backend_copy(stream, half, sets)};
#ifdef FP8ORACLE_HAS_CUDA
  if (stream.client().can_capture()) {
    for (CudaCopy& copy : cuda_copies(half)) {
      limits.push_back({copy.name, Slope(copy.replay, kRecordedCalls)});
    }
  }
#endif
  return limits;
}

}  // namespace fp8oracle::bench
