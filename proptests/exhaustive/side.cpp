// SPDX-License-Identifier: Apache-2.0
#include "exhaustive/side.h"

namespace fp8oracle::exhaustive {

fp8oracle_buffer Side::take(std::uint64_t bytes) {
  if (used_ == pool_.size()) pool_.emplace_back();
  client::Memory& memory = pool_[used_++];
  if (memory.bytes() < bytes) memory = client::Memory(stream_, bytes);
  return {memory.data(), bytes};
}

fp8oracle_buffer Side::upload(const void* host, std::uint64_t bytes) {
  const fp8oracle_buffer buffer = take(bytes);
  stream_.upload(buffer.data, host, bytes);
  return buffer;
}

fp8oracle_buffer Side::poisoned(std::uint64_t bytes) {
  const fp8oracle_buffer buffer = take(bytes);
  stream_.fill(buffer.data, 0xA5, bytes);
  return buffer;
}

fp8oracle_buffer Side::workspace(fp8oracle_operation operation, const void* args) {
  const std::uint64_t bytes = stream_.client().workspace_bytes(operation, args);
  return bytes == 0 ? fp8oracle_buffer{nullptr, 0} : take(bytes);
}

}  // namespace fp8oracle::exhaustive
