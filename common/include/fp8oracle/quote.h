// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fp8oracle {

/// A text out of a file, fit for a one-line message: control characters and bytes outside ASCII
/// replaced by '?'.
std::string printable(std::string_view text);
/// The same in quotes, cut after 80 characters: for names.
std::string quote(std::string_view name);

}  // namespace fp8oracle
