// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "fp8oracle/files/atomic_write.h"

namespace fp8oracle::cli {

/// The old file or the whole new one; never half of it. Throws UsageError "PATH: ...".
inline void write_text(const std::string& path, const std::string& text) {
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size());
  files::write_file_atomically(path, {&bytes, 1});
}

}  // namespace fp8oracle::cli
