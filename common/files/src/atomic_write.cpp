// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/atomic_write.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "file_descriptor.h"
#include "fp8oracle/error.h"

namespace fp8oracle::files {
namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw UsageError(path + ": " + what + ": " + std::strerror(errno));
}

/// Removes the temporary unless it has become the file itself.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

struct OpenTemporary {
  std::string path;
  int descriptor;
};

// Created with mode 0666, so that the umask decides as it does for any new file; mkstemp would not.
OpenTemporary create_beside(const std::string& path) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const std::string candidate =
        path + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
    const int descriptor = ::open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return {candidate, descriptor};
    if (errno != EEXIST) break;
  }
  fail(path, "cannot be written");
}

void write_all(int descriptor, std::span<const std::uint8_t> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, "cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// The rename itself lives in the directory. A directory that cannot be synced is no reason to fail:
// the file is complete either way.
void sync_directory_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const FileDescriptor directory(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open()) ::fsync(directory.get());
}

}  // namespace

void write_file_atomically(const std::string& path,
                           std::span<const std::span<const std::uint8_t>> parts) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw UsageError(path + ": exists and is not a regular file");
  }
  const OpenTemporary created = create_beside(path);
  Temporary temporary(created.path);
  FileDescriptor file(created.descriptor);
  for (const auto& part : parts) write_all(file.get(), part, path);
  if (::fsync(file.get()) != 0) fail(path, "cannot be written");
  if (!file.close()) fail(path, "cannot be written");
  if (std::rename(created.path.c_str(), path.c_str()) != 0) fail(path, "cannot be replaced");
  temporary.keep();
  sync_directory_of(path);
}

}  // namespace fp8oracle::files
