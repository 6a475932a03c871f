// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/arena.h"
#include "fp8oracle/scale_grid.h"

#include <cstring>

#include "fp8oracle/error.h"
#include "fp8oracle/quote.h"

namespace fp8oracle {
namespace {

constexpr std::uint64_t kAlignment = 256;
/// More than any memory has; far less than what does not fit 64 bits when it is copied for each
/// step.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;

// Appends `buffer` behind a guard, `offset_bytes` after an aligned address.
void append(Arena& arena, ArenaBuffer buffer, std::uint64_t offset_bytes) {
  const std::uint64_t guarded = arena.bytes + Arena::kGuardBytes;
  buffer.begin = (guarded + kAlignment - 1) / kAlignment * kAlignment + offset_bytes;
  arena.bytes = buffer.begin + buffer.bytes;
  if (buffer.bytes > kMostBytes || arena.bytes > kMostBytes) {
    throw UsageError("case: the buffers up to " + quote(buffer.name) +
                     " are larger than 2^40 bytes together");
  }
  arena.buffers.push_back(std::move(buffer));
}

void append_scale_inv(Arena& arena, const TensorDecl& t, unsigned directions,
                      const std::string& name) {
  const auto direction = static_cast<fp8oracle_direction>(directions == 3 ? 1u : directions);
  const ScaleGrid shape = scale_grid(t.scheme.resolved(), direction, t.rows, t.cols);
  ArenaBuffer buffer{name, t.name, Role::kScaleInv, directions};
  buffer.bytes = static_cast<std::uint64_t>(shape.bytes());
  buffer.element_bytes = shape.element_bytes;
  buffer.e8m0 = t.scheme.grid.is_mx();
  buffer.rows = shape.rows;
  buffer.cols = shape.cols;
  buffer.scales = shape;
  append(arena, buffer, 0);
}

void append_tensor(Arena& arena, const TensorDecl& t) {
  const ResolvedScheme scheme = t.scheme.resolved();
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    if (!t.scheme.has(direction)) continue;
    const std::string prefix =
        t.name + (direction == FP8ORACLE_ROWWISE ? ".rowwise" : ".columnwise");
    const CodesShape shape = codes_shape(scheme, direction, t.rows, t.cols);
    ArenaBuffer codes{prefix + ".codes", t.name, Role::kCodes, direction};
    codes.bytes = static_cast<std::uint64_t>(shape.rows * shape.cols);
    codes.rows = shape.rows;
    codes.cols = shape.cols;
    append(arena, codes, static_cast<std::uint64_t>(t.offset));
    if (!t.scheme.grid.scale_is_given())
      append_scale_inv(arena, t, direction, prefix + ".scale_inv");
  }
  if (t.scheme.grid.scale_is_given())
    append_scale_inv(arena, t, t.scheme.directions, t.name + ".scale_inv");
}

// Every byte a legal code and a finite E8M0 scale, every word a finite FP32: what was not written is
// never taken for the NaN that is right. The two fills differ in every byte.
void poison(std::uint8_t* bytes, const ArenaBuffer& buffer, Fill fill) {
  std::memset(bytes, fill == Fill::kB ? 0x5A : 0xA5, buffer.bytes);
}

}  // namespace

const ArenaBuffer* Arena::find(std::string_view name) const {
  for (const ArenaBuffer& buffer : buffers) {
    if (buffer.name == name) return &buffer;
  }
  return nullptr;
}

const ArenaBuffer& Arena::named(std::string_view name) const {
  const ArenaBuffer* buffer = find(name);
  if (buffer == nullptr) throw UsageError("case: no buffer named " + quote(name));
  return *buffer;
}

const ArenaBuffer& Arena::codes(std::string_view tensor, unsigned direction) const {
  return named(std::string(tensor) + (direction == FP8ORACLE_ROWWISE ? ".rowwise" : ".columnwise") +
               ".codes");
}

const ArenaBuffer& Arena::scale_inv(std::string_view tensor, unsigned direction) const {
  if (const ArenaBuffer* one = find(std::string(tensor) + ".scale_inv")) return *one;
  return named(std::string(tensor) + (direction == FP8ORACLE_ROWWISE ? ".rowwise" : ".columnwise") +
               ".scale_inv");
}

Arena lay_out(const Case& c) {
  Arena arena;
  for (const InputDecl& x : c.inputs) {
    ArenaBuffer buffer{x.name, x.name, Role::kInput};
    const std::int64_t size = size_of(x.type);
    const std::int64_t elements =
        x.rows == 0 || x.cols == 0 ? 0 : (x.rows - 1) * x.row_stride + x.cols;
    buffer.bytes = static_cast<std::uint64_t>(elements * size);
    buffer.element_bytes = size;
    buffer.type = x.type;
    buffer.rows = x.rows;
    buffer.cols = x.cols;
    append(arena, buffer, static_cast<std::uint64_t>(x.offset * size));
  }
  for (const CellDecl& cell : c.cells) {
    ArenaBuffer buffer{cell.name, cell.name, Role::kCell};
    buffer.bytes = sizeof(float) * cell.bits.size();
    buffer.element_bytes = sizeof(float);
    buffer.rows = 1;
    buffer.cols = static_cast<std::int64_t>(cell.bits.size());
    append(arena, buffer, 0);
  }
  for (const TensorDecl& t : c.tensors) append_tensor(arena, t);
  for (const OutputDecl& y : c.outputs) {
    ArenaBuffer buffer{y.name, y.name, Role::kOutput};
    buffer.element_bytes = size_of(y.type);
    buffer.bytes = static_cast<std::uint64_t>(y.rows * y.cols * buffer.element_bytes);
    buffer.type = y.type;
    buffer.rows = y.rows;
    buffer.cols = y.cols;
    append(arena, buffer, 0);
  }
  arena.bytes += Arena::kGuardBytes;
  return arena;
}

std::vector<std::uint8_t> initial_arena(const Case& c, const Arena& arena, Fill fill) {
  std::vector<std::uint8_t> bytes(arena.bytes, fill == Fill::kB ? 0x5A : 0xA5);
  for (const ArenaBuffer& buffer : arena.buffers) {
    if (buffer.role != Role::kInput && buffer.role != Role::kCell)
      poison(bytes.data() + buffer.begin, buffer, fill);
  }
  for (const InputDecl& x : c.inputs) {
    if (x.rows == 0 || x.cols == 0) continue;
    const auto size = static_cast<std::size_t>(size_of(x.type));
    const std::size_t row_bytes = static_cast<std::size_t>(x.cols) * size;
    std::uint8_t* to = bytes.data() + arena.named(x.name).begin;
    for (std::size_t row = 0; row < static_cast<std::size_t>(x.rows); ++row) {
      std::memcpy(to + row * static_cast<std::size_t>(x.row_stride) * size,
                  x.bits.data() + row * row_bytes, row_bytes);
    }
  }
  for (const CellDecl& cell : c.cells) {
    std::memcpy(bytes.data() + arena.named(cell.name).begin, cell.bits.data(),
                sizeof(float) * cell.bits.size());
  }
  return bytes;
}

}  // namespace fp8oracle
