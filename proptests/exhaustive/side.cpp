// SPDX-License-Identifier: Apache-2.0
#include "exhaustive/side.h"

#include <algorithm>

#include "fp8oracle/error.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::exhaustive {
namespace {

constexpr std::uint8_t kPoison = 0xA5;

}  // namespace

Side::Side(const fp8oracle_backend_table& table) : table_(table) {
  must(table_.stream_create(&stream_, message()), "stream_create");
}

Side::~Side() {
  table_.synchronize(stream_, message());
  for (const fp8oracle_buffer& buffer : pool_) table_.free(buffer.data);
  table_.stream_destroy(stream_);
}

void Side::must(fp8oracle_status status, const char* what) {
  if (status == FP8ORACLE_OK) return;
  throw BackendError(std::string(table_.name) + ": " + what + ": " +
                     std::string(to_string(status)) + ": " + text_);
}

void Side::answered(fp8oracle_status status) {
  if (status == FP8ORACLE_OK) return;
  if (status == FP8ORACLE_UNSUPPORTED) throw OperationDenied(text_);
  throw OperationFailed("answered " + std::string(to_string(status)) + ": " + text_);
}

fp8oracle_buffer Side::take(std::uint64_t bytes) {
  if (used_ == pool_.size()) pool_.push_back({nullptr, 0});
  fp8oracle_buffer& buffer = pool_[used_++];
  if (buffer.bytes < bytes) {
    void* data = nullptr;
    must(table_.alloc(bytes, &data, message()), "alloc");
    if (buffer.data != nullptr) table_.free(buffer.data);
    buffer = {data, bytes};
  }
  return {buffer.data, bytes};
}

fp8oracle_buffer Side::upload(const void* host, std::uint64_t bytes) {
  const fp8oracle_buffer buffer = take(bytes);
  must(table_.upload(buffer.data, host, bytes, stream_, message()), "upload");
  return buffer;
}

fp8oracle_buffer Side::poisoned(std::uint64_t bytes) {
  const fp8oracle_buffer buffer = take(bytes);
  must(table_.fill(buffer.data, kPoison, bytes, stream_, message()), "fill");
  return buffer;
}

fp8oracle_buffer Side::workspace(fp8oracle_operation operation, const void* args) {
  std::uint64_t bytes = 0;
  answered(table_.workspace_bytes(operation, args, &bytes, message()));
  return bytes == 0 ? fp8oracle_buffer{nullptr, 0} : take(bytes);
}

void Side::download(const fp8oracle_buffer& from, void* host) {
  must(table_.download(host, from.data, from.bytes, stream_, message()), "download");
}

void Side::synchronize() { must(table_.synchronize(stream_, message()), "synchronize"); }

}  // namespace fp8oracle::exhaustive
