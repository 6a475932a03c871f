// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "file_descriptor.h"
#include "fp8oracle/error.h"

namespace fp8oracle::files {

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  // Non-blocking: opening a FIFO must not wait for a writer.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) throw UsageError(path + ": cannot be opened: " + std::strerror(errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    throw UsageError(path + ": cannot be read: " + std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) throw UsageError(path + ": is a directory");
  if (!S_ISREG(status.st_mode)) throw UsageError(path + ": is not a regular file");
  if (status.st_size == 0) throw UsageError(path + ": is empty");

  const auto size = static_cast<std::size_t>(status.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) throw UsageError(path + ": cannot be mapped: " + std::strerror(errno));
  return std::shared_ptr<const MappedFile>(
      new MappedFile(static_cast<const std::uint8_t*>(data), size));
}

MappedFile::~MappedFile() { ::munmap(const_cast<std::uint8_t*>(data_), size_); }

}  // namespace fp8oracle::files
