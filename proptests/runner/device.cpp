// SPDX-License-Identifier: Apache-2.0
#include "runner/device.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <mutex>

namespace fp8oracle::runner {
namespace {

/// What keep_busy() fills.
constexpr std::uint64_t kBusyBytes = std::uint64_t{16} << 20;

}  // namespace

Device::Device(const fp8oracle_backend_table& table, const Arena& arena, Memory memory,
               std::size_t snapshots)
    : bytes_(arena.bytes),
      stride_((arena.bytes + 255) / 256 * 256),
      stream_(client::Client(&table)) {
  if (memory == Memory::kBlockPerBuffer) {
    allocate_buffers(arena);
  } else {
    blocks_[0] = {static_cast<std::uint8_t*>(allocate(bytes_).data), bytes_};
  }
  if (snapshots > 0) snapshots_ = static_cast<std::uint8_t*>(allocate(snapshots * stride_).data);
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

fp8oracle_buffer Device::allocate(std::uint64_t bytes) {
  return allocated_.emplace_back(stream_, bytes).buffer();
}

fp8oracle_buffer Device::allocate_copy(const void* host, std::uint64_t bytes) {
  const fp8oracle_buffer buffer = allocate(bytes);
  stream_.upload(buffer.data, host, bytes);
  return buffer;
}

std::vector<std::uint8_t> Device::download(const void* from) {
  std::vector<std::uint8_t> host(bytes_);
  stream_.download(host.data(), from, bytes_);
  synchronize();
  return host;
}

void Device::download(std::uint64_t place, void* host, std::uint64_t bytes) {
  stream_.download(host, at(place), bytes);
  synchronize();
}

void Device::fill_busy() {
  if (busy_.data == nullptr) busy_ = allocate(kBusyBytes);
  stream_.fill(busy_.data, 0, busy_.bytes);
}

/// How long one fill of the table takes, waited for. One table, one device: it is measured once,
/// and by one thread, whose neighbours would make it look slower.
double Device::fill_seconds() {
  using Clock = std::chrono::steady_clock;
  constexpr int kFills = 3;
  static std::mutex mutex;
  static std::map<const fp8oracle_backend_table*, double> known;
  const std::lock_guard lock(mutex);
  const auto found = known.find(&stream_.table());
  if (found != known.end()) return found->second;
  double fastest = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= kFills; ++i) {
    const Clock::time_point start = Clock::now();
    fill_busy();
    synchronize();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (i > 0) fastest = std::min(fastest, seconds);  // the first one touches fresh memory
  }
  return known[&stream_.table()] = fastest;
}

void Device::keep_busy(double seconds) {
  if (stream() == nullptr) return;
  constexpr int kMost = 64;
  const double one = fill_seconds();
  for (int i = 0; i < kMost && (i + 1) * one < seconds; ++i) fill_busy();
}

std::size_t Device::take_snapshot() {
  stream_.copy(place_of(taken_), at(0), bytes_);
  return taken_++;
}

}  // namespace fp8oracle::runner
