// SPDX-License-Identifier: Apache-2.0
#include "allocations.h"

#include <map>
#include <mutex>

#include "fp8oracle/host_memory.h"

namespace fp8oracle::mutants {
namespace {

struct Allocation {
  std::uint64_t bytes = 0;
  std::uint64_t id = 0;
};

std::mutex mutex;
std::map<std::uintptr_t, Allocation> alive_allocations;
std::uint64_t next_id = 1;

std::uintptr_t address(const void* data) { return reinterpret_cast<std::uintptr_t>(data); }

// The id of the live allocation that holds all of the buffer, or 0.
std::uint64_t allocation_of(const fp8oracle_buffer& buffer) {
  const std::lock_guard lock(mutex);
  auto after = alive_allocations.upper_bound(address(buffer.data));
  if (buffer.data == nullptr || after == alive_allocations.begin()) return 0;
  const auto& [begin, allocation] = *--after;
  const bool inside = address(buffer.data) - begin + buffer.bytes <= allocation.bytes;
  return inside ? allocation.id : 0;
}

const fp8oracle_backend_table& host() {
  static const fp8oracle_backend_table table = host_memory_table("mutants", "CPU, one thread");
  return table;
}

fp8oracle_status tracked_alloc(std::uint64_t bytes, void** data, fp8oracle_message message) {
  const fp8oracle_status status = host().alloc(bytes, data, message);
  if (status == FP8ORACLE_OK) {
    const std::lock_guard lock(mutex);
    alive_allocations[address(*data)] = {bytes, next_id++};
  }
  return status;
}

void tracked_free(void* data) {
  {
    const std::lock_guard lock(mutex);
    alive_allocations.erase(address(data));
  }
  host().free(data);
}

}  // namespace

const fp8oracle_backend_table& tracked_memory_table() {
  static const fp8oracle_backend_table table = [] {
    fp8oracle_backend_table t = host();
    t.alloc = tracked_alloc;
    t.free = tracked_free;
    return t;
  }();
  return table;
}

RememberedBuffer::RememberedBuffer(const fp8oracle_buffer& buffer)
    : buffer_(buffer), allocation_(allocation_of(buffer)) {}

bool RememberedBuffer::alive() const {
  return allocation_ != 0 && allocation_of(buffer_) == allocation_;
}

bool RememberedBuffer::overlaps(const void* data, std::uint64_t bytes) const {
  return address(buffer_.data) < address(data) + bytes &&
         address(data) < address(buffer_.data) + buffer_.bytes;
}

}  // namespace fp8oracle::mutants
