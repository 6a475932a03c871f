// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/safetensors.h"

#include <algorithm>
#include <array>

#include "fp8oracle/error.h"
#include "fp8oracle/files/dtype.h"
#include "fp8oracle/quote.h"
#include "safetensors_header.h"

namespace fp8oracle::files {
namespace {

constexpr std::uint64_t kLengthBytes = 8;

std::uint64_t load_little_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

std::string_view header_text(std::span<const std::uint8_t> bytes, const std::string& where) {
  if (bytes.size() < kLengthBytes) throw UsageError(where + ": no safetensors file: under 8 bytes");
  const std::uint64_t length = load_little_endian(bytes);
  if (length > kMaxSafetensorsHeader) {
    throw UsageError(where + ": a header of " + std::to_string(length) +
                     " bytes is not credible (at most 100 MiB)");
  }
  if (length > bytes.size() - kLengthBytes) {
    throw UsageError(where + ": the header of " + std::to_string(length) +
                     " bytes ends past the file");
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
  if (!text.starts_with('{')) throw UsageError(where + ": the header is not a JSON object");
  return text;
}

// What one entry says about itself; its range against the others is check_ranges.
void check_entry(const SafetensorsEntry& entry, std::uint64_t data_bytes,
                 const std::string& where) {
  const auto fail = [&](const std::string& reason) {
    throw UsageError(where + ": tensor " + quote(entry.name) + ": " + reason);
  };
  const auto bits = dtype_bits(entry.dtype);
  if (!bits) fail("unknown dtype " + quote(entry.dtype) + " (" + known_dtypes() + ")");
  if (entry.begin > entry.end) fail("data_offsets: begin is behind end");
  if (entry.end > data_bytes) {
    fail("data_offsets: end " + std::to_string(entry.end) + " is past the data of " +
         std::to_string(data_bytes) + " bytes");
  }
  const auto bytes = tensor_bytes(entry.shape, *bits);
  if (!bytes) fail("shape: too large, or not whole bytes of " + entry.dtype);
  if (*bytes != entry.end - entry.begin) {
    fail("has " + std::to_string(entry.end - entry.begin) + " bytes, " + entry.dtype + " " +
         shape_to_string(entry.shape) + " needs " + std::to_string(*bytes));
  }
}

// The format has no holes: sorted by their data, the ranges touch from 0 to the end.
void check_ranges(const std::vector<SafetensorsEntry>& sorted, std::uint64_t data_bytes,
                  const std::string& where) {
  std::uint64_t covered = 0;
  for (const SafetensorsEntry& entry : sorted) {
    if (entry.begin != covered) {
      throw UsageError(
          where + ": tensor " + quote(entry.name) + ": data_offsets: " +
          (entry.begin < covered ? "overlaps the tensor before" : "leaves a hole before it") +
          " (expected begin " + std::to_string(covered) + ")");
    }
    covered = entry.end;
  }
  if (covered != data_bytes) {
    throw UsageError(where + ": " + std::to_string(data_bytes - covered) +
                     " bytes of data belong to no tensor");
  }
}

}  // namespace

const NamedTensor* Safetensors::find(std::string_view name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [name](const NamedTensor& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

const NamedTensor& Safetensors::at(std::string_view name) const {
  if (const NamedTensor* tensor = find(name)) return *tensor;
  throw UsageError("no tensor " + quote(name));
}

Safetensors parse_safetensors(std::span<const std::uint8_t> bytes, const std::string& where) {
  const std::string_view text = header_text(bytes, where);
  const auto data = bytes.subspan(kLengthBytes + text.size());
  SafetensorsHeader header = parse_safetensors_header(text, where);

  for (const SafetensorsEntry& entry : header.entries) check_entry(entry, data.size(), where);
  std::stable_sort(header.entries.begin(), header.entries.end(),
                   [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
                     return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
                   });
  check_ranges(header.entries, data.size(), where);

  Safetensors file;
  file.metadata = std::move(header.metadata);
  for (SafetensorsEntry& entry : header.entries) {
    file.tensors.push_back({std::move(entry.name), std::move(entry.dtype), std::move(entry.shape),
                            data.subspan(entry.begin, entry.end - entry.begin), nullptr});
  }
  return file;
}

Safetensors read_safetensors(const std::string& path) {
  const auto mapping = MappedFile::open(path);
  Safetensors file = parse_safetensors(mapping->bytes(), path);
  for (NamedTensor& tensor : file.tensors) tensor.mapping = mapping;
  return file;
}

}  // namespace fp8oracle::files
