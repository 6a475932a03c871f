// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "fp8oracle/backend.h"

namespace fp8oracle::exhaustive {

/// An operation that supports() accepted answered something else than OK: that is the backend's
/// failure, not a reason to leave the tier out.
struct OperationFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// It answered UNSUPPORTED: a call may still be denied, and the tier is left out.
struct OperationDenied : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One backend as one thread of a sweep drives it: a stream and buffers that are kept from chunk to
/// chunk. Errors of memory and streams throw BackendError.
class Side {
 public:
  explicit Side(const fp8oracle_backend_table& table);
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;
  ~Side();

  const fp8oracle_backend_table& table() const { return table_; }
  fp8oracle_stream stream() const { return stream_; }
  fp8oracle_message message() { return {text_, sizeof text_}; }

  /// Gives all buffers back to the pool: the next ones reuse them.
  void begin() { used_ = 0; }
  /// A buffer with a copy of these bytes.
  fp8oracle_buffer upload(const void* host, std::uint64_t bytes);
  /// A buffer for results, poisoned, so that what is not written shows.
  fp8oracle_buffer poisoned(std::uint64_t bytes);
  /// Workspace for a call of the operation.
  fp8oracle_buffer workspace(fp8oracle_operation operation, const void* args);
  /// Enqueues; the bytes are there after synchronize().
  void download(const fp8oracle_buffer& from, void* host);
  void synchronize();

  /// The answer of an operation. Throws OperationFailed, OperationDenied.
  void answered(fp8oracle_status status);

 private:
  fp8oracle_buffer take(std::uint64_t bytes);
  void must(fp8oracle_status status, const char* what);

  const fp8oracle_backend_table& table_;
  fp8oracle_stream stream_ = nullptr;
  std::vector<fp8oracle_buffer> pool_;
  std::size_t used_ = 0;
  char text_[256] = {};
};

}  // namespace fp8oracle::exhaustive
