// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace fp8oracle::plans {

/// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3; SC11).
/// A pure function of (key, counter): element i of a case can be made alone and in any order.
/// Changing this function changes every numbered case; bump kPhiloxVersion with it.
inline constexpr int kPhiloxVersion = 1;

class Philox {
 public:
  explicit Philox(std::uint64_t key)
      : key_{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)} {}

  /// Four independent 32-bit words for position `counter` of stream `stream`.
  std::array<std::uint32_t, 4> operator()(std::uint64_t counter, std::uint64_t stream = 0) const {
    std::array<std::uint32_t, 4> c{
        static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
        static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
    std::array<std::uint32_t, 2> k = key_;
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c[2];
      c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
           static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
      k[0] += 0x9E3779B9u;
      k[1] += 0xBB67AE85u;
    }
    return c;
  }

 private:
  std::array<std::uint32_t, 2> key_;
};

}  // namespace fp8oracle::plans
