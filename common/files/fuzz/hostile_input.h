// SPDX-License-Identifier: Apache-2.0
// What every parser of a file owes, whatever the bytes: an answer, or one UsageError of one line
// that begins with the file's name. Anything else stops the fuzzer.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>

#include "fp8oracle/error.h"

namespace fp8oracle::fuzz {

inline void require(bool ok, const char* what, const std::string& detail = "") {
  if (ok) return;
  std::fprintf(stderr, "broken promise: %s: %s\n", what, detail.c_str());
  std::abort();
}

/// The answer, or nothing when the input was rejected as it should be. Other exceptions pass
/// through.
template <typename Parse>
auto answer(Parse&& parse) -> std::optional<decltype(parse(std::string()))> {
  try {
    return parse("file");
  } catch (const UsageError& error) {
    const std::string message = error.what();
    require(message.starts_with("file: "), "the message begins with the file", message);
    require(message.find('\n') == std::string::npos, "the message is one line", message);
    require(message.size() < 1000, "the message is short", message);
    return std::nullopt;
  }
}

}  // namespace fp8oracle::fuzz
