// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace fp8oracle::files {

/// SHA-256 (FIPS 180-4, section 6.2) of bytes that come in pieces.
class Sha256 {
 public:
  void update(std::span<const std::uint8_t> bytes);
  /// The digest as 64 lower-case hex digits. Ends the computation.
  std::string finish();

 private:
  void compress(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> pending_{};
  std::size_t pending_size_ = 0;
  std::uint64_t total_bytes_ = 0;
};

std::string sha256(std::span<const std::uint8_t> bytes);
/// Throws UsageError like MappedFile::open.
std::string sha256_of_file(const std::string& path);

}  // namespace fp8oracle::files
