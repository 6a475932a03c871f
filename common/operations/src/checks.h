// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fp8oracle/operations/arguments.h"

// What the checks of a call have in common: how an argument is named, and structs that may grow.
namespace fp8oracle::checks {

using Error = std::optional<ArgumentError>;

/// Where a check looks; its name becomes a text only when something is wrong.
struct Name {
  std::int64_t item = -1;
  std::string_view field{};
  std::string_view part{};

  Name at(std::string_view p) const { return {item, field, p}; }
  std::string text() const {
    std::string result = item < 0 ? "" : "items[" + std::to_string(item) + "].";
    result += field;
    if (!part.empty()) (result += field.empty() ? "" : ".") += part;
    return result;
  }
};

inline Error wrong(const Name& name, std::string reason) {
  return ArgumentError{name.text(), std::move(reason)};
}

/// Bytes that this build does not know must be zero.
Error check_tail(const void* data, std::size_t known, std::size_t given, const Name& name);
/// A struct that starts with its size.
Error check_struct(const void* data, std::size_t known, const Name& name);

}  // namespace fp8oracle::checks
