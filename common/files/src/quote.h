// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fp8oracle::files {

/// A name out of a file, fit for a one-line message: in quotes, control characters and bytes
/// outside ASCII replaced by '?', cut after 80 characters.
std::string quote(std::string_view name);

}  // namespace fp8oracle::files
