// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "fp8oracle/error.h"
#include "fp8oracle/files/atomic_write.h"
#include "fp8oracle/files/dtype.h"
#include "fp8oracle/files/safetensors.h"
#include "fp8oracle/quote.h"

namespace fp8oracle::files {
namespace {

using Json = nlohmann::ordered_json;
using Bytes = std::vector<std::uint8_t>;
using Metadata = std::map<std::string, std::string>;
constexpr const char* kMetadata = "__metadata__";

void check_tensor(const NamedTensor& tensor, std::set<std::string_view>& names) {
  const auto fail = [&](const std::string& reason) {
    throw UsageError("tensor " + quote(tensor.name) + ": " + reason);
  };
  if (tensor.name == kMetadata) fail("the name is reserved");
  if (!names.insert(tensor.name).second) fail("the name is used twice");
  const auto bits = dtype_bits(tensor.dtype);
  if (!bits) fail("unknown dtype " + quote(tensor.dtype));
  const auto bytes = tensor_bytes(tensor.shape, *bits);
  if (!bytes || *bytes != tensor.data.size()) {
    fail("has " + std::to_string(tensor.data.size()) + " bytes, which is not " + tensor.dtype +
         " " + shape_to_string(tensor.shape));
  }
}

// The length, the JSON, and spaces up to a multiple of 8, so that the data start aligned.
Bytes header_bytes(std::span<const NamedTensor> tensors, const Metadata& metadata) {
  Json json = Json::object();
  if (!metadata.empty()) json[kMetadata] = metadata;
  std::set<std::string_view> names;
  std::uint64_t at = 0;
  for (const NamedTensor& tensor : tensors) {
    check_tensor(tensor, names);
    const std::uint64_t end = at + tensor.data.size();
    json[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text;
  try {
    text = json.dump();
  } catch (const nlohmann::json::exception&) {
    throw UsageError("a tensor's name or the metadata is not UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');

  Bytes bytes;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(std::uint64_t{text.size()} >> (8 * i)));
  }
  bytes.insert(bytes.end(), text.begin(), text.end());
  return bytes;
}

}  // namespace

Bytes serialize_safetensors(std::span<const NamedTensor> tensors, const Metadata& metadata) {
  Bytes bytes = header_bytes(tensors, metadata);
  for (const NamedTensor& t : tensors) bytes.insert(bytes.end(), t.data.begin(), t.data.end());
  return bytes;
}

void write_safetensors(const std::string& path, std::span<const NamedTensor> tensors,
                       const Metadata& metadata) {
  Bytes header;
  try {
    header = header_bytes(tensors, metadata);
  } catch (const UsageError& error) {
    throw UsageError(path + ": " + error.what());
  }
  std::vector<std::span<const std::uint8_t>> parts{header};
  for (const NamedTensor& tensor : tensors) parts.push_back(tensor.data);
  write_file_atomically(path, parts);
}

}  // namespace fp8oracle::files
