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

#include "../exchange.h"
#include "amax.cuh"
#include "fault.cuh"

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

/// A word of this launch has come, or any will do.
template <Fault kFault>
__device__ __forceinline__ bool is_posted(std::uint64_t word, std::uint32_t epoch) {
  return kFault == Fault::kEpochIgnored || static_cast<std::uint32_t>(word >> 32) == epoch;
}

/// This thread's share of what all blocks posted; waits for them. The other blocks must be running
/// or done, or able to run beside this one. With more blocks than threads four words at a time: one
/// after the other, each would cost the whole way to the L2.
template <Fault kFault>
__device__ __forceinline__ std::uint32_t gather(Exchange& exchange, std::uint32_t epoch) {
  constexpr unsigned kAtOnce = 4;
  std::uint32_t number = 0;
  for (unsigned first = threadIdx.x; first < gridDim.x; first += kAtOnce * blockDim.x) {
    std::uint64_t words[kAtOnce] = {};
    if (gridDim.x <= blockDim.x) {
      do {
        words[0] = shared_word(exchange.words[first]).load(::cuda::memory_order_relaxed);
      } while (!is_posted<kFault>(words[0], epoch));
      return static_cast<std::uint32_t>(words[0]);
    }
    bool all_are_there;
    do {
      all_are_there = true;
#pragma unroll
      for (unsigned k = 0; k < kAtOnce; ++k) {
        const unsigned i = min(first + k * blockDim.x, gridDim.x - 1);
        words[k] = shared_word(exchange.words[i]).load(::cuda::memory_order_relaxed);
      }
#pragma unroll
      for (const std::uint64_t word : words) all_are_there &= is_posted<kFault>(word, epoch);
    } while (!all_are_there);
#pragma unroll
    for (const std::uint64_t word : words) number = max(number, static_cast<std::uint32_t>(word));
  }
  return number;
}

/// One thread of the launch, after it (or a thread it met at a barrier) has seen every post.
__device__ __forceinline__ void end_epoch(Exchange& exchange, std::uint32_t epoch) {
  shared_word(exchange.epochs_before).store(epoch, ::cuda::memory_order_relaxed);
}

}  // namespace fp8oracle::cuda
