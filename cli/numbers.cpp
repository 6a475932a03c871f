// SPDX-License-Identifier: Apache-2.0
#include "cli/numbers.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdlib>

#include "fp8oracle/error.h"

namespace fp8oracle::cli {
namespace {

bool is_bits(const std::string& word) {
  return word.size() == 10 && (word.rfind("0x", 0) == 0 || word.rfind("0X", 0) == 0) &&
         std::all_of(word.begin() + 2, word.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

}  // namespace

float float_of(const std::string& word) {
  if (is_bits(word))
    return std::bit_cast<float>(static_cast<std::uint32_t>(std::stoul(word, nullptr, 16)));
  const bool starts_well = !word.empty() && std::isspace(static_cast<unsigned char>(word[0])) == 0;
  char* end = nullptr;
  errno = 0;
  const float value = std::strtof(word.c_str(), &end);
  if (!starts_well || end != word.c_str() + word.size())
    throw UsageError("'" + word + "' is no number (0.1, 0x1.8p-3, inf, nan, or bits 0x3dcccccd)");
  if (errno == ERANGE && std::isinf(value))
    throw UsageError("'" + word + "' is beyond FP32; write inf for an infinity");
  return value;
}

const Format& format_of(const std::string& word) {
  for (const Format& format : kSchemeFormats) {
    if (format.name == word) return format;
  }
  throw UsageError("unknown format '" + word + "' (e4m3, e5m2)");
}

}  // namespace fp8oracle::cli
