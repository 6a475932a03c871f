// SPDX-License-Identifier: Apache-2.0
#include "quote.h"

#include <algorithm>

namespace fp8oracle::files {

std::string quote(std::string_view name) {
  constexpr std::size_t kLongest = 80;
  std::string text(name.substr(0, kLongest));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return "'" + text + (name.size() > kLongest ? "...'" : "'");
}

}  // namespace fp8oracle::files
