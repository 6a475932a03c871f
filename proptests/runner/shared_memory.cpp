// SPDX-License-Identifier: Apache-2.0
#include "runner/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "fp8oracle/error.h"

namespace fp8oracle::runner {
namespace {

constexpr std::size_t kGranule = std::size_t{1} << 20;

[[noreturn]] void fail(const char* what) {
  throw BackendError(std::string("shared memory: ") + what + ": " +
                     std::generic_category().message(errno));
}

}  // namespace

SharedMemory::SharedMemory() {
  descriptor_ = memfd_create("fp8oracle", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor_ < 0) fail("memfd_create");
  if (fcntl(descriptor_, F_ADD_SEALS, F_SEAL_SHRINK) != 0) {
    close(descriptor_);
    fail("sealing");
  }
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) munmap(data_, size_);
  if (descriptor_ >= 0) close(descriptor_);
}

void SharedMemory::grow(std::size_t bytes) {
  if (bytes <= size_) return;
  const std::size_t rounded = (bytes + kGranule - 1) / kGranule * kGranule;
  if (ftruncate(descriptor_, static_cast<off_t>(rounded)) != 0) fail("growing");
  map(rounded);
}

void SharedMemory::map(std::size_t bytes) {
  if (bytes <= size_) return;
  void* fresh = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (fresh == MAP_FAILED) fail("mapping");
  if (data_ != nullptr) munmap(data_, size_);
  data_ = static_cast<std::uint8_t*>(fresh);
  size_ = bytes;
}

void SharedMemory::release_behind(std::size_t bytes) {
  const std::size_t kept = (bytes + kGranule - 1) / kGranule * kGranule;
  if (kept < size_) madvise(data_ + kept, size_ - kept, MADV_REMOVE);
}

}  // namespace fp8oracle::runner
