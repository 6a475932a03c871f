// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fp8oracle::files {

/// One entry of a safetensors header, every field present and of the right JSON type.
struct SafetensorsEntry {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< data_offsets, from the end of the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  ///< in the order of the header
  std::map<std::string, std::string> metadata;
};

/// Reads the JSON of a header as a stream: no document is built, so no nesting, however deep, costs
/// stack or memory. Throws UsageError "WHERE: ..." (see parse_safetensors).
SafetensorsHeader parse_safetensors_header(std::string_view json, const std::string& where);

}  // namespace fp8oracle::files
