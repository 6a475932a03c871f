// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fp8oracle::cuda {

/// Where the blocks of one launch tell each other a number (device/exchange.cuh). It lives in
/// device memory, zeroed once. One launch at a time may use it, so a stream has its own and so does
/// a recording: CUDA orders the launches of a stream, and the replays of one recording.
struct Exchange {
  static constexpr unsigned kMaxBlocks = 4096;
  static constexpr unsigned kFirstEpoch = 1;  // the zeroed words are of epoch 0

  std::uint32_t epochs_before;  // the running launch is number epochs_before + 1
  std::uint32_t unused[31];
  std::uint64_t words[kMaxBlocks];  // of each block: epoch in the high half, its number in the low
};

}  // namespace fp8oracle::cuda
