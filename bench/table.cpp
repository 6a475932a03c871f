// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <string_view>
#include <utility>

#include "fp8oracle/scheme.h"

namespace fp8oracle::bench {

void refuse(const char* what, fp8oracle_status status, const char* message) {
  const std::string reason = *message != '\0' ? message : std::string(to_string(status));
  const std::string text = std::string(what) + ": " + reason;
  if (status == FP8ORACLE_UNSUPPORTED) throw Denied(text);
  throw BackendError(text);
}

Stream::Stream(const fp8oracle_backend_table& table) : table_(table) {
  require_ok("stream_create",
             [&](fp8oracle_message message) { return table_.stream_create(&stream_, message); });
}

void Stream::synchronize() const {
  require_ok("synchronize",
             [&](fp8oracle_message message) { return table_.synchronize(stream_, message); });
}

Memory::Memory(const fp8oracle_backend_table& table, std::uint64_t bytes) : table_(&table) {
  void* data = nullptr;
  require_ok("alloc",
             [&](fp8oracle_message message) { return table.alloc(bytes, &data, message); });
  buffer_ = {data, bytes};
}

Memory::Memory(Memory&& other) noexcept
    : table_(other.table_), buffer_(std::exchange(other.buffer_, {})) {}

Memory::~Memory() {
  if (buffer_.data != nullptr) table_->free(buffer_.data);
}

bool is_host(const fp8oracle_backend_table& table) {
  return std::string_view(table.device).substr(0, 3) == "CPU";
}

bool has_capture(const fp8oracle_backend_table& table) {
  return table.capture != nullptr && table.end_capture != nullptr && table.replay != nullptr &&
         table.recording_destroy != nullptr;
}

}  // namespace fp8oracle::bench
