// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace fp8oracle::runner {

/// Memory that a parent and its child both see: an anonymous file, mapped by each.
///
/// The file is sealed against shrinking: a child that truncated it would otherwise kill its parent
/// with SIGBUS.
class SharedMemory {
 public:
  /// A new, empty file. Throws BackendError.
  SharedMemory();
  /// The file behind a descriptor that was inherited. Takes the descriptor over.
  explicit SharedMemory(int descriptor) : descriptor_(descriptor) {}
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  int descriptor() const { return descriptor_; }
  std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }

  /// Parent: makes the file and the mapping at least this long. Throws BackendError.
  void grow(std::size_t bytes);
  /// Child: maps this many bytes of the file, which the parent has made long enough.
  void map(std::size_t bytes);
  /// Parent: gives the pages behind the first `bytes` back to the system; they read as zero.
  void release_behind(std::size_t bytes);

 private:
  int descriptor_ = -1;
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace fp8oracle::runner
