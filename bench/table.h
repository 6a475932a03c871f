// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fp8oracle/backend.h"
#include "fp8oracle/error.h"

namespace fp8oracle::bench {

/// A call that supports() did not deny answered UNSUPPORTED: it may, as long as it wrote nothing.
struct Denied : BackendError {
  using BackendError::BackendError;
};

/// Calls the function with room for its message; throws BackendError("what: message") unless OK,
/// Denied where that is UNSUPPORTED.
template <class Call>
void require_ok(const char* what, const Call& call);
[[noreturn]] void refuse(const char* what, fp8oracle_status status, const char* message);

template <class Call>
void require_ok(const char* what, const Call& call) {
  char text[512] = {};
  const fp8oracle_status status = call(fp8oracle_message{text, sizeof text});
  if (status != FP8ORACLE_OK) refuse(what, status, text);
}

/// A stream of a backend's table, destroyed with the object.
class Stream {
 public:
  explicit Stream(const fp8oracle_backend_table& table);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { table_.stream_destroy(stream_); }

  fp8oracle_stream get() const { return stream_; }
  const fp8oracle_backend_table& table() const { return table_; }
  void synchronize() const;

 private:
  const fp8oracle_backend_table& table_;
  fp8oracle_stream stream_ = nullptr;
};

/// A buffer in the backend's space, freed with the object.
class Memory {
 public:
  Memory(const fp8oracle_backend_table& table, std::uint64_t bytes);
  Memory(Memory&& other) noexcept;
  Memory& operator=(Memory&&) = delete;
  ~Memory();

  fp8oracle_buffer buffer() const { return buffer_; }

 private:
  const fp8oracle_backend_table* table_;
  fp8oracle_buffer buffer_{};
};

/// Whether the backend computes in host memory; device begins with "CPU" then.
bool is_host(const fp8oracle_backend_table& table);
/// Whether operations can be recorded and replayed.
bool has_capture(const fp8oracle_backend_table& table);

}  // namespace fp8oracle::bench
