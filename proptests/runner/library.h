// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/backend.h"

namespace fp8oracle::runner {

/// Checks that a table can be called at all: present, of this ABI version and at least its size, no
/// function missing, name and device printable. `where` opens the message ("backend ./b.so").
/// Throws BackendError with one line that names what is wrong.
void check_table(const fp8oracle_backend_table* table, const std::string& where);

/// A backend in a shared library. Loading runs the library's initialisers in this process: for code
/// that is not trusted this happens in a child only (serve.h). Stays loaded while the object lives.
class BackendLibrary {
 public:
  /// `path` names a file, relative to the working directory; never looked up in the system's search
  /// path. Throws BackendError: no such file, not a library, no fp8oracle_backend, a table that
  /// check_table refuses.
  explicit BackendLibrary(const std::string& path);
  BackendLibrary(const BackendLibrary&) = delete;
  BackendLibrary& operator=(const BackendLibrary&) = delete;
  ~BackendLibrary();

  /// Complete: functions that the library's own table is too short for are null.
  const fp8oracle_backend_table& table() const { return table_; }

 private:
  void* handle_ = nullptr;
  fp8oracle_backend_table table_{};
};

}  // namespace fp8oracle::runner
