// SPDX-License-Identifier: Apache-2.0
#include "side.h"

#include <cmath>
#include <cstring>
#include <random>

#include "fp8oracle/layout.h"

namespace fp8oracle::cuda_tests {
namespace {

constexpr std::uint64_t kGuard = 64;
constexpr std::uint8_t kPoison = 0xA5;

}  // namespace

Block Side::make(std::uint64_t bytes, std::uint64_t offset) {
  const client::Memory& memory = memory_.emplace_back(*this, kGuard + offset + bytes + kGuard);
  memory.fill(kPoison);
  return {memory.data(), memory.bytes(), {memory.data() + kGuard + offset, bytes}};
}

Block Side::make(const std::vector<std::uint8_t>& content, std::uint64_t offset) {
  const Block block = make(content.size(), offset);
  write(block, content);
  return block;
}

Block Side::make_float(float value) {
  std::vector<std::uint8_t> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return make(bytes);
}

const fp8oracle_scheme* Side::keep(const ResolvedScheme& scheme) {
  return schemes_.emplace_back(scheme, "te").get();
}

void Side::write(const Block& block, const std::vector<std::uint8_t>& content) {
  upload(block.buffer.data, content.data(), content.size());
}

std::vector<std::uint8_t> Side::read(const Block& block) {
  std::vector<std::uint8_t> bytes(block.all);
  download(bytes.data(), block.base, block.all);
  synchronize();
  return bytes;
}

void Side::free_all() {
  memory_.clear();
  schemes_.clear();
}

std::vector<std::uint8_t> random_elements(fp8oracle_type type, std::int64_t count,
                                          std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::size_t size = type == FP8ORACLE_F32 ? 4 : 2;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count) * size);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const std::uint64_t r = random();
    auto bits = static_cast<std::uint32_t>(r);
    // Three of four: exponents near FP8's, mantissas that end in zeros or just beside.
    if (((r >> 62) & 3u) != 0 && type != FP8ORACLE_F16) {
      const std::uint32_t exponent = 105 + static_cast<std::uint32_t>((r >> 32) % 40);
      const std::uint32_t tail = (r >> 40) % 3 == 0 ? (bits & 0xFu) : 0u;
      bits = (bits & 0x80F80000u) | (exponent << 23) | tail;
    }
    if (type == FP8ORACLE_BF16) bits >>= 16;
    std::memcpy(bytes.data() + i * size, &bits, size);
  }
  return bytes;
}

std::string difference(const std::vector<std::uint8_t>& expected,
                       const std::vector<std::uint8_t>& observed, bool is_float) {
  if (expected == observed) return "";
  if (expected.size() != observed.size()) return "sizes differ";
  if (is_float && expected.size() >= 2 * kGuard + sizeof(float)) {
    float a = 0.0f;
    float b = 0.0f;
    std::memcpy(&a, expected.data() + kGuard, sizeof a);
    std::memcpy(&b, observed.data() + kGuard, sizeof b);
    std::vector<std::uint8_t> same = observed;
    std::memcpy(same.data() + kGuard, &a, sizeof a);
    if (std::isnan(a) && std::isnan(b) && same == expected) return "";
  }
  std::size_t first = expected.size();
  std::size_t count = 0;
  for (std::size_t i = expected.size(); i-- > 0;) {
    if (expected[i] == observed[i]) continue;
    first = i;
    ++count;
  }
  return std::to_string(count) + " of " + std::to_string(expected.size()) +
         " bytes differ, the first at " + std::to_string(first) + " (data begins at " +
         std::to_string(kGuard) + "): expected " + std::to_string(expected[first]) + ", observed " +
         std::to_string(observed[first]);
}

void unify_nans(std::span<std::uint8_t> elements, fp8oracle_type type) {
  const auto size = static_cast<std::size_t>(size_of(type));
  for (std::size_t i = 0; i + size <= elements.size(); i += size) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, elements.data() + i, size);
    const std::uint32_t magnitude = bits & (type == FP8ORACLE_F32 ? 0x7FFFFFFFu : 0x7FFFu);
    const std::uint32_t inf = type == FP8ORACLE_F32    ? 0x7F800000u
                              : type == FP8ORACLE_BF16 ? 0x7F80u
                                                       : 0x7C00u;
    if (magnitude > inf) std::memset(elements.data() + i, 0xFF, size);
  }
}

}  // namespace fp8oracle::cuda_tests
