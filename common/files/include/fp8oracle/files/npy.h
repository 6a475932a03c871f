// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fp8oracle/files/named_tensor.h"

namespace fp8oracle::files {

/// Reads a NumPy array file of version 1.0, 2.0 or 3.0 that lies in memory; the tensor points into
/// `bytes` and has no name. Types: bool, and little-endian u1 to u8, i1 to i8, f2, f4, f8.
/// Throws UsageError "WHERE: what is wrong": a truncated or malformed header, another type (bf16
/// and fp8 have none in this format: NumPy writes them as void), big-endian data, objects, Fortran
/// order of rank 2 and more, a shape that overflows, or data of another size than the shape says.
NamedTensor parse_npy(std::span<const std::uint8_t> bytes, const std::string& where);
/// The same over a mapped file, which the tensor keeps alive; it is named after the file's stem.
NamedTensor read_npy(const std::string& path);

/// Such a file, version 1.0. Throws UsageError when the dtype has no NPY type or the data do not
/// have the size that the shape says.
std::vector<std::uint8_t> serialize_npy(const NamedTensor& tensor);
/// Writes it atomically (atomic_write.h).
void write_npy(const std::string& path, const NamedTensor& tensor);

}  // namespace fp8oracle::files
