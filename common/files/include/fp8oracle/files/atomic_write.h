// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace fp8oracle::files {

/// Writes the parts one behind another to a temporary file beside `path`, syncs it, and renames it
/// to `path`: a reader sees the old file or the whole new one. Throws UsageError "PATH: ..." and
/// leaves no temporary behind; refuses to replace what exists and is not a regular file
/// (/dev/null).
void write_file_atomically(const std::string& path,
                           std::span<const std::span<const std::uint8_t>> parts);

}  // namespace fp8oracle::files
