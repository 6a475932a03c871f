// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/quote.h"

#include <algorithm>

namespace fp8oracle {

std::string printable(std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

std::string quote(std::string_view name) {
  constexpr std::size_t kLongest = 80;
  std::string quoted = "'";
  quoted += printable(name.substr(0, kLongest));
  quoted += name.size() > kLongest ? "...'" : "'";
  return quoted;
}

}  // namespace fp8oracle
