// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/files/named_tensor.h"

namespace fp8oracle::files {

/// A safetensors file: 8 bytes of little-endian header length, a JSON header, the data.
struct Safetensors {
  std::vector<NamedTensor> tensors;             ///< in the order of their data
  std::map<std::string, std::string> metadata;  ///< "__metadata__"

  /// Throws UsageError when there is no tensor of this name.
  const NamedTensor& at(std::string_view name) const;
  const NamedTensor* find(std::string_view name) const;
};

/// A longer header is refused before it is read.
inline constexpr std::uint64_t kMaxSafetensorsHeader = std::uint64_t{100} << 20;

/// Reads a file that lies in memory; the tensors point into `bytes`. Every departure from the
/// format is a UsageError "WHERE: tensor 'NAME': what is wrong": a header that is truncated, too
/// long, no JSON object, or has a key twice; a missing, unknown or mistyped field; an unknown
/// dtype; a shape that is negative or overflows; a byte range outside the data, overlapping
/// another, leaving a hole, or of another size than shape and dtype say.
Safetensors parse_safetensors(std::span<const std::uint8_t> bytes, const std::string& where);
/// The same over a mapped file, which the tensors keep alive. Throws also what MappedFile::open
/// throws.
Safetensors read_safetensors(const std::string& path);

/// Header and data of such a file, in the given order. Throws UsageError when a name is used twice,
/// reserved or not UTF-8, a dtype is unknown, or the data do not have the size that the shape says.
std::vector<std::uint8_t> serialize_safetensors(std::span<const NamedTensor> tensors,
                                                const std::map<std::string, std::string>& metadata);
/// Writes it atomically (atomic_write.h).
void write_safetensors(const std::string& path, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace fp8oracle::files
