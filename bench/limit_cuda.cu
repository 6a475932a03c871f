// SPDX-License-Identifier: Apache-2.0
// The ceiling of the CUDA rows: copies, recorded and replayed like the operations.
//
//   grid   one thread 16 * kInFlight bytes; a block's loads of one step are contiguous
//   bytes  as many read as written
#include <cuda_runtime.h>

#include <chrono>
#include <memory>

#include "fp8oracle/error.h"
#include "limit_cuda.h"

namespace fp8oracle::bench {
namespace {

constexpr int kThreads = 256;
constexpr int kCalls = 40;
constexpr int kSets = 4;

void require(cudaError_t error, const char* what) {
  if (error != cudaSuccess)
    throw BackendError(std::string(what) + ": " + cudaGetErrorString(error));
}

/// Loads first, then stores, so that kInFlight loads of a thread are on their way at once.
template <int kInFlight>
__global__ void __launch_bounds__(kThreads)
    copy_kernel(const uint4* __restrict__ from, uint4* __restrict__ to, std::uint64_t count) {
  const std::uint64_t first = std::uint64_t{blockIdx.x} * kThreads * kInFlight + threadIdx.x;
  uint4 words[kInFlight];
#pragma unroll
  for (int i = 0; i < kInFlight; ++i) {
    const std::uint64_t at = first + static_cast<std::uint64_t>(i) * kThreads;
    if (at < count) words[i] = from[at];
  }
#pragma unroll
  for (int i = 0; i < kInFlight; ++i) {
    const std::uint64_t at = first + static_cast<std::uint64_t>(i) * kThreads;
    if (at < count) to[at] = words[i];
  }
}

template <int kInFlight>
void enqueue_copy(const void* from, void* to, std::uint64_t bytes, cudaStream_t stream) {
  const std::uint64_t count = (bytes + sizeof(uint4) - 1) / sizeof(uint4);
  const std::uint64_t per_block = std::uint64_t{kThreads} * kInFlight;
  const auto grid = static_cast<unsigned>((count + per_block - 1) / per_block);
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(grid);
  config.blockDim = dim3(kThreads);
  config.stream = stream;
  // Returns this launch's own error: a backend under test may have left one behind.
  require(cudaLaunchKernelEx(&config, copy_kernel<kInFlight>, static_cast<const uint4*>(from),
                             static_cast<uint4*>(to), count),
          "the limit's copy");
}

void enqueue_memcpy(const void* from, void* to, std::uint64_t bytes, cudaStream_t stream) {
  require(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream), "cudaMemcpyAsync");
}

using Enqueue = void (*)(const void*, void*, std::uint64_t, cudaStream_t);

/// The buffers, shared by the copies of one size.
struct Buffers {
  explicit Buffers(std::uint64_t size) : bytes(size) {
    require(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
    const std::uint64_t whole = (bytes + sizeof(uint4) - 1) / sizeof(uint4) * sizeof(uint4);
    for (void*& buffer : buffers) {
      require(cudaMalloc(&buffer, whole), "cudaMalloc");
      require(cudaMemsetAsync(buffer, 1, whole, stream), "cudaMemset");
    }
    require(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  }
  Buffers(const Buffers&) = delete;
  Buffers& operator=(const Buffers&) = delete;
  ~Buffers() {
    for (void* const buffer : buffers) cudaFree(buffer);
    if (stream != nullptr) cudaStreamDestroy(stream);
  }

  std::uint64_t bytes;
  cudaStream_t stream = nullptr;
  void* buffers[2 * kSets] = {};
};

class CopyGraph {
 public:
  CopyGraph(std::shared_ptr<Buffers> buffers, Enqueue enqueue) : buffers_(std::move(buffers)) {
    const cudaStream_t stream = buffers_->stream;
    require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capture");
    for (int call = 0; call < kCalls; ++call) {
      const int set = call % kSets;
      enqueue(buffers_->buffers[2 * set], buffers_->buffers[2 * set + 1], buffers_->bytes, stream);
    }
    cudaGraph_t graph = nullptr;
    require(cudaStreamEndCapture(stream, &graph), "end of capture");
    const cudaError_t error = cudaGraphInstantiate(&graph_, graph, 0);
    cudaGraphDestroy(graph);
    require(error, "cudaGraphInstantiate");
  }
  CopyGraph(const CopyGraph&) = delete;
  CopyGraph& operator=(const CopyGraph&) = delete;
  ~CopyGraph() {
    if (graph_ != nullptr) cudaGraphExecDestroy(graph_);
  }

  double replay(int n) const {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < n; ++i) require(cudaGraphLaunch(graph_, buffers_->stream), "replay");
    require(cudaStreamSynchronize(buffers_->stream), "cudaStreamSynchronize");
    const std::chrono::duration<double, std::micro> us = std::chrono::steady_clock::now() - begin;
    return us.count();
  }

 private:
  std::shared_ptr<Buffers> buffers_;
  cudaGraphExec_t graph_ = nullptr;
};

std::string version_text(int version) {
  return version == 0 ? std::string()
                      : std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace

std::vector<CudaCopy> cuda_copies(std::uint64_t bytes) {
  const auto buffers = std::make_shared<Buffers>(bytes);
  const std::pair<const char*, Enqueue> ways[] = {
      {"cudaMemcpyAsync", enqueue_memcpy},
      {"16-byte copy, 1 load in flight", enqueue_copy<1>},
      {"16-byte copy, 2 loads in flight", enqueue_copy<2>},
      {"16-byte copy, 4 loads in flight", enqueue_copy<4>},
      {"16-byte copy, 8 loads in flight", enqueue_copy<8>},
  };
  std::vector<CudaCopy> copies;
  for (const auto& [name, enqueue] : ways) {
    const auto graph = std::make_shared<CopyGraph>(buffers, enqueue);
    copies.push_back({name, [graph](int n) { return graph->replay(n); }});
  }
  return copies;
}

std::string cuda_driver_interface() {
  int version = 0;
  return cudaDriverGetVersion(&version) == cudaSuccess ? version_text(version) : std::string();
}

std::string cuda_toolkit() { return version_text(CUDART_VERSION); }

}  // namespace fp8oracle::bench
