// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "fp8oracle/client.hpp"

namespace fp8oracle::exhaustive {

/// One backend as one thread of a sweep drives it: a stream and buffers that are kept from chunk to
/// chunk. Throws client::Error.
class Side {
 public:
  explicit Side(const fp8oracle_backend_table& table) : stream_(client::Client(&table)) {}

  /// Gives all buffers back to the pool: the next ones reuse them.
  void begin() { used_ = 0; }
  /// A buffer with a copy of these bytes.
  fp8oracle_buffer upload(const void* host, std::uint64_t bytes);
  /// A buffer for results, poisoned, so that what is not written shows.
  fp8oracle_buffer poisoned(std::uint64_t bytes);
  /// Workspace for a call of the operation.
  fp8oracle_buffer workspace(fp8oracle_operation operation, const void* args);
  void call(fp8oracle_operation operation, const void* args) { stream_.call(operation, args); }
  /// Enqueues; the bytes are there after synchronize().
  void download(const fp8oracle_buffer& from, void* host) {
    stream_.download(host, from.data, from.bytes);
  }
  void synchronize() { stream_.synchronize(); }

 private:
  fp8oracle_buffer take(std::uint64_t bytes);

  client::Stream stream_;
  std::vector<client::Memory> pool_;
  std::size_t used_ = 0;
};

}  // namespace fp8oracle::exhaustive
