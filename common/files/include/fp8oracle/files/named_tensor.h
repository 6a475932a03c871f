// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fp8oracle/files/mapped_file.h"

namespace fp8oracle::files {

/// A dense row-major little-endian tensor out of a file. `data` may be unaligned for its type.
struct NamedTensor {
  std::string name;
  std::string dtype;                ///< a name of dtype.h, e.g. "F32", "F8_E4M3"
  std::vector<std::int64_t> shape;  ///< empty: a scalar
  std::span<const std::uint8_t> data;
  /// Keeps `data` alive; null when the tensor was parsed from memory that the caller owns.
  std::shared_ptr<const MappedFile> mapping;
};

}  // namespace fp8oracle::files
