// SPDX-License-Identifier: Apache-2.0
#include "runner/device.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <mutex>
#include <string>

#include "fp8oracle/scheme.h"

namespace fp8oracle::runner {
namespace {

/// What keep_busy() fills.
constexpr std::uint64_t kBusyBytes = std::uint64_t{16} << 20;

void require(fp8oracle_status status, const CallMessage& message, const char* what) {
  if (status == FP8ORACLE_OK) return;
  throw TableError(status, std::string(what) + ": " + std::string(to_string(status)) + ": " +
                               message.text.data());
}

}  // namespace

Device::Device(const fp8oracle_backend_table& table, const Arena& arena, Memory memory,
               std::size_t snapshots)
    : table_(table), bytes_(arena.bytes), stride_((arena.bytes + 255) / 256 * 256) {
  CallMessage message;
  require(table.stream_create(&stream_, message.abi()), message, "stream_create");
  try {
    if (memory == Memory::kBlockPerBuffer) {
      allocate_buffers(arena);
    } else {
      blocks_[0] = {static_cast<std::uint8_t*>(allocate(bytes_).data), bytes_};
    }
    if (snapshots > 0) snapshots_ = static_cast<std::uint8_t*>(allocate(snapshots * stride_).data);
  } catch (...) {
    release();
    throw;
  }
}

/// Each buffer ends where its allocation ends, and begins as far behind an aligned address as it
/// does in the arena.
void Device::allocate_buffers(const Arena& arena) {
  for (const ArenaBuffer& buffer : arena.buffers) {
    const std::uint64_t offset = buffer.begin % Arena::kGuardBytes;
    auto* memory = static_cast<std::uint8_t*>(allocate(offset + buffer.bytes).data);
    blocks_[buffer.begin] = {memory + offset, buffer.bytes + Arena::kGuardBytes};
  }
}

std::uint8_t* Device::at(std::uint64_t place) const {
  const auto block = std::prev(blocks_.upper_bound(place));
  return block->second.memory + (place - block->first);
}

void* Device::moved(const void* address, std::int64_t by) const {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto here = std::find_if(blocks_.begin(), blocks_.end(), [at](const auto& block) {
    const auto begin = reinterpret_cast<std::uintptr_t>(block.second.memory);
    return at >= begin && at - begin < block.second.bytes;
  });
  if (here == blocks_.end()) return nullptr;
  const std::uint64_t place =
      here->first + (at - reinterpret_cast<std::uintptr_t>(here->second.memory));
  const bool before = by < 0 && 0 - static_cast<std::uint64_t>(by) > place;
  const std::uint64_t target = place + static_cast<std::uint64_t>(by);
  if (before || target >= bytes_) return nullptr;
  const auto there = blocks_.upper_bound(target);
  if (there == blocks_.begin()) return nullptr;
  const auto& [begin, block] = *std::prev(there);
  return target - begin < block.bytes ? block.memory + (target - begin) : nullptr;
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

fp8oracle_buffer Device::allocate_copy(const void* host, std::uint64_t bytes) {
  const fp8oracle_buffer buffer = allocate(bytes);
  CallMessage message;
  require(table_.upload(buffer.data, host, bytes, stream_, message.abi()), message, "upload");
  return buffer;
}

void Device::synchronize() {
  CallMessage message;
  require(table_.synchronize(stream_, message.abi()), message, "synchronize");
}

void Device::upload(std::uint64_t place, const void* host, std::uint64_t bytes) {
  CallMessage message;
  require(table_.upload(at(place), host, bytes, stream_, message.abi()), message, "upload");
}

std::vector<std::uint8_t> Device::download(const void* from) {
  std::vector<std::uint8_t> host(bytes_);
  CallMessage message;
  require(table_.download(host.data(), from, bytes_, stream_, message.abi()), message, "download");
  synchronize();
  return host;
}

std::vector<std::uint8_t> Device::download() { return download(at(0)); }

void Device::download(std::uint64_t place, void* host, std::uint64_t bytes) {
  CallMessage message;
  require(table_.download(host, at(place), bytes, stream_, message.abi()), message, "download");
  synchronize();
}

void Device::fill_busy() {
  if (busy_.data == nullptr) busy_ = allocate(kBusyBytes);
  CallMessage message;
  require(table_.fill(busy_.data, 0, busy_.bytes, stream_, message.abi()), message, "fill");
}

/// How long one fill of the table takes, waited for. One table, one device: it is measured once,
/// and by one thread, whose neighbours would make it look slower.
double Device::fill_seconds() {
  using Clock = std::chrono::steady_clock;
  constexpr int kFills = 3;
  static std::mutex mutex;
  static std::map<const fp8oracle_backend_table*, double> known;
  const std::lock_guard lock(mutex);
  const auto found = known.find(&table_);
  if (found != known.end()) return found->second;
  double fastest = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= kFills; ++i) {
    const Clock::time_point start = Clock::now();
    fill_busy();
    synchronize();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (i > 0) fastest = std::min(fastest, seconds);  // the first one touches fresh memory
  }
  return known[&table_] = fastest;
}

void Device::keep_busy(double seconds) {
  if (stream_ == nullptr) return;
  constexpr int kMost = 64;
  const double one = fill_seconds();
  for (int i = 0; i < kMost && (i + 1) * one < seconds; ++i) fill_busy();
}

std::uint8_t* Device::place_of(std::size_t snapshot) const {
  return snapshots_ + snapshot * stride_;
}

std::size_t Device::take_snapshot() {
  CallMessage message;
  require(table_.copy(place_of(taken_), at(0), bytes_, stream_, message.abi()), message, "copy");
  return taken_++;
}

std::vector<std::uint8_t> Device::snapshot(std::size_t number) {
  return download(place_of(number));
}

}  // namespace fp8oracle::runner
