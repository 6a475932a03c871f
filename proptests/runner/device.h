// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "fp8oracle/arena.h"
#include "fp8oracle/client.hpp"

namespace fp8oracle::runner {

/// A message buffer as the ABI wants it.
using CallMessage = client::Message;

/// The arena in the backend's space, a stream, and copies of the arena that are made in the
/// stream's order, without the host's waiting. What fails throws client::Error.
class Device {
 public:
  /// One allocation has the guards in it that the comparison looks at. With an allocation a buffer,
  /// a memory checker sees an access outside of a buffer as one outside of an allocation.
  enum class Memory { kOneBlock, kBlockPerBuffer };

  /// Room for `snapshots` copies is allocated here: allocating later might wait for the device.
  /// Snapshots and whole downloads need kOneBlock.
  Device(const fp8oracle_backend_table& table, const Arena& arena, Memory memory,
         std::size_t snapshots);

  /// The byte at this place of the arena; kBlockPerBuffer: in a buffer.
  std::uint8_t* at(std::uint64_t place) const;
  const client::Client& client() const { return stream_.client(); }
  fp8oracle_stream stream() const { return stream_.get(); }
  /// The address `by` bytes further in the arena; null where that is outside of it, or (with
  /// kBlockPerBuffer) further behind a buffer than a guard is long.
  void* moved(const void* address, std::int64_t by) const;

  /// Waits for everything that was enqueued.
  void synchronize() { stream_.synchronize(); }
  void upload(std::uint64_t place, const void* host, std::uint64_t bytes) {
    stream_.upload(at(place), host, bytes);
  }
  /// The arena as it is now; waits.
  std::vector<std::uint8_t> download() { return download(at(0)); }
  /// A part of it; waits.
  void download(std::uint64_t place, void* host, std::uint64_t bytes);
  /// Enqueues a copy of the arena and returns its number.
  std::size_t take_snapshot();
  /// The copy's bytes; waits.
  std::vector<std::uint8_t> snapshot(std::size_t number) { return download(place_of(number)); }
  /// Forgets the copies; their room is used again.
  void clear_snapshots() { taken_ = 0; }
  /// Enqueues about `seconds` of work, so that what is enqueued next does not run at once. A
  /// backend whose stream is null has finished when its calls return, and gets none.
  void keep_busy(double seconds);
  /// Memory that lives as long as this object.
  fp8oracle_buffer allocate(std::uint64_t bytes);
  fp8oracle_buffer allocate_copy(const void* host, std::uint64_t bytes);

 private:
  void allocate_buffers(const Arena& arena);
  std::vector<std::uint8_t> download(const void* from);
  std::uint8_t* place_of(std::size_t snapshot) const { return snapshots_ + snapshot * stride_; }
  void fill_busy();
  double fill_seconds();

  const std::uint64_t bytes_, stride_;
  const client::Stream stream_;
  struct Block {
    std::uint8_t* memory;
    std::uint64_t bytes;  ///< that may be spoken of, the guard behind with them
  };
  std::map<std::uint64_t, Block> blocks_;  ///< by their first place in the arena
  std::uint8_t* snapshots_ = nullptr;
  std::size_t taken_ = 0;
  fp8oracle_buffer busy_{};  ///< what keep_busy() fills, once it does
  std::vector<client::Memory> allocated_;
};

}  // namespace fp8oracle::runner
