// SPDX-License-Identifier: Apache-2.0
// How the blocks of one launch learn the largest of their numbers without a second launch.
//
// Each block posts {epoch, number} in one 64-bit word of its own; whoever needs the maximum reads
// every block's word until it carries this launch's epoch. Number and flag travel in one word, so
// no fence is needed, and nothing has to be reset: the next launch has the next epoch. The epoch
// is counted in device memory, not passed by the host, because a recording is replayed with the
// arguments it was captured with.
#pragma once

#include <cuda/atomic>

#include <cstdint>

#include "amax.cuh"
#include "../exchange.h"

namespace fp8oracle::cuda {

template <class Word>
__device__ __forceinline__ ::cuda::atomic_ref<Word, ::cuda::thread_scope_device> shared_word(
    Word& word) {
  return ::cuda::atomic_ref<Word, ::cuda::thread_scope_device>(word);
}

/// The number of this launch. Thread 0 alone asks: its post depends on the answer, so every block
/// has read the count before all have posted, which is when it may be raised.
__device__ __forceinline__ std::uint32_t this_epoch(Exchange& exchange) {
  return shared_word(exchange.epochs_before).load(::cuda::memory_order_relaxed) + 1;
}

/// Thread 0 of a block, once a launch.
__device__ __forceinline__ void post(Exchange& exchange, std::uint32_t epoch,
                                     std::uint32_t number) {
  shared_word(exchange.words[blockIdx.x])
      .store((std::uint64_t{epoch} << 32) | number, ::cuda::memory_order_relaxed);
}

/// This thread's share of what all blocks posted; waits for them. The other blocks must be running
/// or done, or able to run beside this one.
__device__ __forceinline__ std::uint32_t gather(Exchange& exchange, std::uint32_t epoch) {
  std::uint32_t number = 0;
  for (unsigned i = threadIdx.x; i < gridDim.x; i += blockDim.x) {
    std::uint64_t word = 0;
    do {
      word = shared_word(exchange.words[i]).load(::cuda::memory_order_relaxed);
    } while (static_cast<std::uint32_t>(word >> 32) != epoch);
    number = max(number, static_cast<std::uint32_t>(word));
  }
  return number;
}

/// One thread of the launch, after it (or a thread it met at a barrier) has seen every post.
__device__ __forceinline__ void end_epoch(Exchange& exchange, std::uint32_t epoch) {
  shared_word(exchange.epochs_before).store(epoch, ::cuda::memory_order_relaxed);
}

}  // namespace fp8oracle::cuda
