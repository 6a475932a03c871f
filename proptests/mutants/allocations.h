// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fp8oracle/backend.h"

// Mutants that remember a buffer between calls must never follow a pointer into memory that is
// gone: a mutant is wrong, but it does not crash. So the tables' memory is tracked.
namespace fp8oracle::mutants {

/// Host memory whose alloc and free keep the list of what is alive. The operations are null.
const fp8oracle_backend_table& tracked_memory_table();

/// A remembered buffer. Safe to follow while alive() says so.
class RememberedBuffer {
 public:
  RememberedBuffer() = default;
  /// Remembers nothing when the buffer does not lie in memory of a mutant's table.
  explicit RememberedBuffer(const fp8oracle_buffer& buffer);
  bool alive() const;
  bool overlaps(const void* data, std::uint64_t bytes) const;
  const fp8oracle_buffer& buffer() const { return buffer_; }

 private:
  fp8oracle_buffer buffer_{};
  std::uint64_t allocation_ = 0;  ///< 0: none
};

}  // namespace fp8oracle::mutants
