// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fp8oracle::files {

/// Bits of one element of a safetensors dtype ("F32" 32, "F8_E4M3" 8, "F4" 4), or nothing when the
/// name is unknown. The names are those of the safetensors format; NPY types are mapped to them.
std::optional<unsigned> dtype_bits(std::string_view dtype);
/// "BOOL, F4, ..." for messages.
std::string known_dtypes();

/// Bytes of a dense tensor: product(shape) * bits / 8. Nothing when a dimension is negative, when
/// the product of the dimensions (a zero counted as one) times bits passes 2^63 - 1, or when the
/// bits do not fill whole bytes. An empty shape is a scalar: 1 element.
std::optional<std::uint64_t> tensor_bytes(std::span<const std::int64_t> shape, unsigned bits);

/// "[2, 3]"
std::string shape_to_string(std::span<const std::int64_t> shape);

}  // namespace fp8oracle::files
