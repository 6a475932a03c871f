// SPDX-License-Identifier: Apache-2.0
#include "fake_runtime.h"

#include <cuda_runtime.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <utility>

// What stands behind the opaque handles.
struct CUstream_st {
  int device;
  bool capturing = false;
  std::size_t nodes = 0;
};
struct CUgraph_st {
  std::size_t nodes;
};
struct CUgraphExec_st {
  int device;
};

namespace fp8oracle::cuda_tests::fake {
namespace {

struct Device {
  int multiprocessors;
  std::size_t shared_bytes;
  int blocks_per_multiprocessor;
  int code;  // for which architecture
  std::map<const void*, std::size_t> opted_in{};
};

constexpr std::uint64_t kNever = ~std::uint64_t{0};
constexpr std::size_t kSharedWithoutOptIn = 48 << 10;

struct Runtime {
  Device devices[2] = {{132, 227 << 10, 2, 90}, {46, 99 << 10, 1, 80}};
  int current = 0;
  cudaError_t last = cudaSuccess;
  std::uint64_t calls = 0;
  std::uint64_t fails_at = kNever;
  std::uint64_t breaks_at = kNever;
  cudaError_t error = cudaSuccess;
  std::string failed;
  std::vector<Launch> launches;

  Device& device() { return devices[current]; }
};

Runtime& runtime() {
  static Runtime all;
  return all;
}

cudaError_t answer(cudaError_t error) {
  if (error != cudaSuccess) runtime().last = error;
  return error;
}

// What a call returns that does work(), unless it is to fail.
template <class Work>
cudaError_t call(const char* function, const Work& work) {
  Runtime& r = runtime();
  const std::uint64_t number = r.calls++;
  if (number == r.breaks_at || number == r.fails_at) r.failed = function;
  if (number >= r.breaks_at) return answer(cudaErrorIllegalAddress);
  if (number == r.fails_at) return answer(r.error);
  return answer(work());
}

// Launches and fills are refused where the stream is of another device than the current one.
cudaError_t enqueue(cudaStream_t stream) {
  if (stream == nullptr || stream->device != runtime().current)
    return cudaErrorInvalidResourceHandle;
  if (stream->capturing) ++stream->nodes;
  return cudaSuccess;
}

cudaError_t copy(cudaStream_t stream) {
  if (stream == nullptr) return cudaErrorInvalidResourceHandle;
  if (stream->capturing) ++stream->nodes;
  return cudaSuccess;
}

// Not while this thread records a stream: the runtime refuses these then.
bool& capturing() {
  static bool any = false;
  return any;
}

template <class Handle>
cudaError_t destroy(Handle handle) {
  delete handle;
  return cudaSuccess;
}

cudaError_t launch(const cudaLaunchConfig_t& config, const void* kernel) {
  Runtime& r = runtime();
  Device& device = r.device();
  Launch launch{r.current, config.gridDim.x, config.dynamicSmemBytes, false, false};
  for (unsigned i = 0; i < config.numAttrs; ++i) {
    const cudaLaunchAttribute& attribute = config.attrs[i];
    if (attribute.id == cudaLaunchAttributeProgrammaticStreamSerialization)
      launch.early = attribute.val.programmaticStreamSerializationAllowed != 0;
    if (attribute.id == cudaLaunchAttributeCooperative)
      launch.together = attribute.val.cooperative != 0;
  }
  const auto opted = device.opted_in.find(kernel);
  const std::size_t most = opted != device.opted_in.end() ? opted->second : kSharedWithoutOptIn;
  if (launch.shared_bytes > most) return cudaErrorInvalidValue;
  const int resident = device.multiprocessors * device.blocks_per_multiprocessor;
  if (launch.together && launch.blocks > static_cast<unsigned>(resident))
    return cudaErrorCooperativeLaunchTooLarge;
  // Code that does not wait by itself must not come early.
  if (launch.early && device.code < 90) return cudaErrorNotSupported;
  if (const cudaError_t error = enqueue(config.stream); error != cudaSuccess) return error;
  r.launches.push_back(launch);
  return cudaSuccess;
}

}  // namespace

void reset() {
  Runtime& r = runtime();
  r.current = 0;
  r.last = cudaSuccess;
  r.calls = 0;
  r.fails_at = kNever;
  r.breaks_at = kNever;
  r.failed.clear();
  r.launches.clear();
  capturing() = false;
}

std::uint64_t calls() { return runtime().calls; }

void fail_at(std::uint64_t call, cudaError_t error) {
  runtime().fails_at = call;
  runtime().error = error;
}

void break_at(std::uint64_t call) { runtime().breaks_at = call; }

const std::string& failed() { return runtime().failed; }

const std::vector<Launch>& launches() { return runtime().launches; }

}  // namespace fp8oracle::cuda_tests::fake

namespace fake = fp8oracle::cuda_tests::fake;

extern "C" {

// ---- Errors and devices -------------------------------------------------------------------------

cudaError_t CUDARTAPI cudaGetLastError() {
  return std::exchange(fake::runtime().last, cudaSuccess);
}
cudaError_t CUDARTAPI cudaPeekAtLastError() { return fake::runtime().last; }
const char* CUDARTAPI cudaGetErrorName(cudaError_t error) {
  return error == cudaErrorIllegalAddress ? "cudaErrorIllegalAddress" : "cudaError";
}
const char* CUDARTAPI cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorIllegalAddress ? "an illegal memory access was encountered" : "an error";
}

cudaError_t CUDARTAPI cudaGetDevice(int* device) {
  return fake::call(__func__, [&] {
    *device = fake::runtime().current;
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaSetDevice(int device) {
  return fake::call(__func__, [&] {
    if (device < 0 || device > 1) return cudaErrorInvalidDevice;
    fake::runtime().current = device;
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return fake::call(__func__, [&] {
    const fake::Device& d = fake::runtime().devices[device];
    std::memset(properties, 0, sizeof *properties);
    std::strcpy(properties->name, device == 0 ? "large fake" : "small fake");
    properties->major = device == 0 ? 9 : 8;
    properties->multiProcessorCount = d.multiprocessors;
    properties->sharedMemPerBlockOptin = d.shared_bytes;
    return cudaSuccess;
  });
}

// ---- Memory -------------------------------------------------------------------------------------

cudaError_t CUDARTAPI cudaMalloc(void** memory, std::size_t bytes) {
  return fake::call(__func__, [&] {
    if (fake::capturing()) return cudaErrorStreamCaptureUnsupported;
    *memory = std::malloc(bytes);
    return *memory != nullptr ? cudaSuccess : cudaErrorMemoryAllocation;
  });
}
cudaError_t CUDARTAPI cudaFree(void* memory) {
  const cudaError_t error = fake::call(
      __func__, [] { return fake::capturing() ? cudaErrorStreamCaptureUnsupported : cudaSuccess; });
  std::free(memory);  // whatever is answered: a test of errors must not leak
  return error;
}
cudaError_t CUDARTAPI cudaMemset(void*, int, std::size_t) {
  return fake::call(__func__, [] { return cudaSuccess; });
}
cudaError_t CUDARTAPI cudaMemsetAsync(void*, int, std::size_t, cudaStream_t stream) {
  return fake::call(__func__, [&] { return fake::enqueue(stream); });
}
cudaError_t CUDARTAPI cudaMemcpyAsync(void*, const void*, std::size_t, cudaMemcpyKind,
                                      cudaStream_t stream) {
  return fake::call(__func__, [&] { return fake::copy(stream); });
}
cudaError_t CUDARTAPI cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void*) {
  return fake::call(__func__, [&] {
    *attributes = cudaPointerAttributes{};
    attributes->type = cudaMemoryTypeUnregistered;
    return cudaSuccess;
  });
}

// ---- Streams and graphs -------------------------------------------------------------------------

cudaError_t CUDARTAPI cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  return fake::call(__func__, [&] {
    *stream = new CUstream_st{fake::runtime().current};
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaStreamDestroy(cudaStream_t stream) {
  if (stream != nullptr && stream->capturing) fake::capturing() = false;
  const cudaError_t error = fake::call(__func__, [] { return cudaSuccess; });
  fake::destroy(stream);
  return error;
}
cudaError_t CUDARTAPI cudaStreamSynchronize(cudaStream_t stream) {
  return fake::call(__func__, [&] {
    return stream != nullptr && stream->capturing ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  return fake::call(__func__, [&] {
    stream->capturing = true;
    stream->nodes = 0;
    fake::capturing() = true;
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  stream->capturing = false;
  fake::capturing() = false;
  *graph = nullptr;
  return fake::call(__func__, [&] {
    *graph = new CUgraph_st{stream->nodes};
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t*, std::size_t* count) {
  return fake::call(__func__, [&] {
    *count = graph->nodes;
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t, unsigned long long) {
  return fake::call(__func__, [&] {
    *made = new CUgraphExec_st{fake::runtime().current};
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  return fake::call(__func__, [&] {
    return graph->device == stream->device ? fake::enqueue(stream) : cudaErrorInvalidValue;
  });
}
cudaError_t CUDARTAPI cudaGraphDestroy(cudaGraph_t graph) {
  const cudaError_t error = fake::call(__func__, [] { return cudaSuccess; });
  fake::destroy(graph);
  return error;
}
cudaError_t CUDARTAPI cudaGraphExecDestroy(cudaGraphExec_t graph) {
  const cudaError_t error = fake::call(__func__, [] { return cudaSuccess; });
  fake::destroy(graph);
  return error;
}

// ---- Kernels ------------------------------------------------------------------------------------

cudaError_t CUDARTAPI cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
  return fake::call(__func__, [&] {
    std::memset(attributes, 0, sizeof *attributes);
    attributes->ptxVersion = fake::runtime().device().code;
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute, int bytes) {
  return fake::call(__func__, [&] {
    fake::Device& device = fake::runtime().device();
    if (static_cast<std::size_t>(bytes) > device.shared_bytes) return cudaErrorInvalidValue;
    device.opted_in[kernel] = static_cast<std::size_t>(bytes);
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks,
                                                                             const void*, int,
                                                                             std::size_t,
                                                                             unsigned) {
  return fake::call(__func__, [&] {
    *blocks = fake::runtime().device().blocks_per_multiprocessor;
    return cudaSuccess;
  });
}
cudaError_t CUDARTAPI cudaLaunchKernelExC(const cudaLaunchConfig_t* config, const void* kernel,
                                          void**) {
  return fake::call(__func__, [&] { return fake::launch(*config, kernel); });
}

// What nvcc's host code calls: kernels are registered before main and not launched by <<<>>>.
cudaError_t CUDARTAPI __cudaGetKernel(cudaKernel_t*, const void*) { return cudaSuccess; }
cudaError_t CUDARTAPI __cudaLaunchKernel(cudaKernel_t, dim3, dim3, void**, std::size_t,
                                         cudaStream_t) {
  std::abort();
}
cudaError_t CUDARTAPI __cudaPopCallConfiguration(dim3*, dim3*, std::size_t*, void*) {
  std::abort();
}
void** CUDARTAPI __cudaRegisterFatBinary(void*) { return nullptr; }
void CUDARTAPI __cudaRegisterFatBinaryEnd(void**) {}
void CUDARTAPI __cudaUnregisterFatBinary(void**) {}
void CUDARTAPI __cudaRegisterFunction(void**, const char*, char*, const char*, int, uint3*, uint3*,
                                      dim3*, dim3*, int*) {}

}  // extern "C"
