// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fp8oracle::files {

/// The dictionary of an NPY header: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Parses the dictionary: these three keys, each once, in any order, and nothing behind it but
/// whitespace. Throws UsageError "WHERE: header: ...".
NpyHeader parse_npy_header(std::string_view text, const std::string& where);

/// The safetensors dtype of a descr ("<f4" is F32); throws UsageError that says why there is none.
std::string dtype_of_descr(const std::string& descr, const std::string& where);
/// The descr of a safetensors dtype; nothing when NPY has no such type.
std::optional<std::string_view> descr_of_dtype(std::string_view dtype);

}  // namespace fp8oracle::files
