// SPDX-License-Identifier: Apache-2.0
#include "runner/device.h"

#include <string>

#include "fp8oracle/error.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::runner {
namespace {

void require(fp8oracle_status status, const CallMessage& message, const char* what) {
  if (status == FP8ORACLE_OK) return;
  throw BackendError(std::string(what) + ": " + std::string(to_string(status)) + ": " +
                     message.text.data());
}

}  // namespace

Device::Device(const fp8oracle_backend_table& table, std::uint64_t bytes, std::size_t snapshots)
    : table_(table), bytes_(bytes), stride_((bytes + 255) / 256 * 256) {
  CallMessage message;
  require(table.stream_create(&stream_, message.abi()), message, "stream_create");
  try {
    base_ = allocate(bytes).data;
    if (snapshots > 0) snapshots_ = static_cast<std::uint8_t*>(allocate(snapshots * stride_).data);
  } catch (...) {
    release();
    throw;
  }
}

Device::~Device() {
  table_.synchronize(stream_, {nullptr, 0});  // nothing may still run on the memory
  release();
}

void Device::release() {
  for (void* memory : allocated_) table_.free(memory);
  table_.stream_destroy(stream_);
}

fp8oracle_buffer Device::allocate(std::uint64_t bytes) {
  void* memory = nullptr;
  CallMessage message;
  require(table_.alloc(bytes, &memory, message.abi()), message, "alloc");
  allocated_.push_back(memory);
  return {memory, bytes};
}

void Device::upload(std::uint64_t at, const void* host, std::uint64_t bytes) {
  CallMessage message;
  require(table_.upload(base() + at, host, bytes, stream_, message.abi()), message, "upload");
}

std::vector<std::uint8_t> Device::download(const void* from) {
  std::vector<std::uint8_t> host(bytes_);
  CallMessage message;
  require(table_.download(host.data(), from, bytes_, stream_, message.abi()), message, "download");
  require(table_.synchronize(stream_, message.abi()), message, "synchronize");
  return host;
}

std::vector<std::uint8_t> Device::download() { return download(base_); }

void Device::download(std::uint64_t at, void* host, std::uint64_t bytes) {
  CallMessage message;
  require(table_.download(host, base() + at, bytes, stream_, message.abi()), message, "download");
  require(table_.synchronize(stream_, message.abi()), message, "synchronize");
}

std::uint8_t* Device::place_of(std::size_t snapshot) const {
  return snapshots_ + snapshot * stride_;
}

std::size_t Device::take_snapshot() {
  CallMessage message;
  require(table_.copy(place_of(taken_), base_, bytes_, stream_, message.abi()), message, "copy");
  return taken_++;
}

std::vector<std::uint8_t> Device::snapshot(std::size_t number) {
  return download(place_of(number));
}

}  // namespace fp8oracle::runner
