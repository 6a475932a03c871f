// SPDX-License-Identifier: Apache-2.0
#include "exhaustive/tier.h"

#include <bit>
#include <cstdio>
#include <cstring>

namespace fp8oracle::exhaustive {

std::uint32_t Output::bits(std::uint64_t element) const {
  const std::uint8_t* at = bytes.data() + element * bytes_of(kind);
  if (bytes_of(kind) == 1) return *at;
  std::uint16_t half = 0;
  std::uint32_t single = 0;
  if (bytes_of(kind) == 4) {
    std::memcpy(&single, at, sizeof single);
    return single;
  }
  std::memcpy(&half, at, sizeof half);
  return half;
}

Output& output(std::vector<Output>& outputs, std::size_t i, const char* name, Kind kind,
               std::uint64_t elements) {
  if (outputs.size() <= i) outputs.resize(i + 1);
  outputs[i].name = name;
  outputs[i].kind = kind;
  outputs[i].bytes.resize(elements * bytes_of(kind));
  return outputs[i];
}

std::string float_in_words(std::uint32_t bits) {
  char text[64];
  std::snprintf(text, sizeof text, "%a (bits 0x%08x)",
                static_cast<double>(std::bit_cast<float>(bits)), bits);
  return text;
}

}  // namespace fp8oracle::exhaustive
