// SPDX-License-Identifier: Apache-2.0
#include "runner/library.h"

#include <dlfcn.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>

#include "fp8oracle/error.h"

namespace fp8oracle::runner {
namespace {

constexpr std::size_t kLongestName = 256;
/// What every table has; every function behind is optional.
constexpr std::size_t kRequiredBytes = offsetof(fp8oracle_backend_table, quantize);

/// dlopen searches the system's directories for a name without a slash; a file is always meant
/// here.
std::string as_file(const std::string& path) {
  return path.find('/') == std::string::npos ? "./" + path : path;
}

void require_file(const std::string& path, const std::string& where) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    throw BackendError(where + ": cannot be read: " + std::generic_category().message(errno));
  }
  if (!S_ISREG(status.st_mode)) throw BackendError(where + ": is not a file");
}

/// The loader's own text, without the path that it begins with.
std::string loader_error(const std::string& path) {
  const char* text = dlerror();
  std::string error = text != nullptr ? text : "unknown error";
  if (error.rfind(path + ": ", 0) == 0) error.erase(0, path.size() + 2);
  return error;
}

bool printable(const char* text) {
  const std::size_t length = strnlen(text, kLongestName);
  if (length == 0 || length == kLongestName) return false;
  for (std::size_t i = 0; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
  }
  return true;
}

void require_printable(const char* text, const char* field, const std::string& where) {
  if (text == nullptr) throw BackendError(where + ": its table has no " + field);
  if (!printable(text)) {
    throw BackendError(where + ": the " + field + " in its table is empty, unprintable or over " +
                       std::to_string(kLongestName - 1) + " bytes long");
  }
}

void require_functions(const fp8oracle_backend_table& table, const std::string& where) {
  const auto require = [&where](bool present, const char* name) {
    if (!present) throw BackendError(where + ": its table lacks the function '" + name + "'");
  };
  require(table.alloc != nullptr, "alloc");
  require(table.free != nullptr, "free");
  require(table.stream_create != nullptr, "stream_create");
  require(table.stream_destroy != nullptr, "stream_destroy");
  require(table.synchronize != nullptr, "synchronize");
  require(table.upload != nullptr, "upload");
  require(table.download != nullptr, "download");
  require(table.copy != nullptr, "copy");
  require(table.fill != nullptr, "fill");
  require(table.supports != nullptr, "supports");
  require(table.workspace_bytes != nullptr, "workspace_bytes");
}

const fp8oracle_backend_table* find_table(void* handle, const std::string& path,
                                          const std::string& where) {
  const auto get_table =
      reinterpret_cast<decltype(&fp8oracle_backend)>(dlsym(handle, "fp8oracle_backend"));
  if (get_table == nullptr) {
    throw BackendError(where + ": exports no fp8oracle_backend(): " + loader_error(path));
  }
  const fp8oracle_backend_table* table = get_table();
  check_table(table, where);
  return table;
}

/// The table at this program's size: a shorter one lacks the optional functions at its end.
fp8oracle_backend_table complete(const fp8oracle_backend_table& table) {
  fp8oracle_backend_table full{};
  std::memcpy(&full, &table, std::min<std::size_t>(table.struct_size, sizeof full));
  full.struct_size = sizeof full;
  return full;
}

}  // namespace

void check_table(const fp8oracle_backend_table* table, const std::string& where) {
  if (table == nullptr) throw BackendError(where + ": fp8oracle_backend() returned no table");
  if (table->abi_version != FP8ORACLE_ABI_VERSION) {
    throw BackendError(where + ": speaks ABI version " + std::to_string(table->abi_version) +
                       ", this tool speaks " + std::to_string(FP8ORACLE_ABI_VERSION));
  }
  if (table->struct_size < kRequiredBytes) {
    throw BackendError(where + ": struct_size of its table is " +
                       std::to_string(table->struct_size) + ", version " +
                       std::to_string(FP8ORACLE_ABI_VERSION) + " has " +
                       std::to_string(kRequiredBytes) + " bytes at least");
  }
  require_printable(table->name, "name", where);
  require_printable(table->device, "device", where);
  require_functions(*table, where);
}

BackendLibrary::BackendLibrary(const std::string& path) {
  const std::string where = "backend " + path;
  const std::string file = as_file(path);
  require_file(file, where);
  handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    throw BackendError(where + ": cannot be loaded: " + loader_error(file));
  }
  try {
    table_ = complete(*find_table(handle_, file, where));
  } catch (...) {
    dlclose(handle_);
    throw;
  }
}

BackendLibrary::~BackendLibrary() { dlclose(handle_); }

}  // namespace fp8oracle::runner
