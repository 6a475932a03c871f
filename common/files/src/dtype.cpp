// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/dtype.h"

#include <algorithm>
#include <array>

namespace fp8oracle::files {
namespace {

struct Dtype {
  std::string_view name;
  unsigned bits;
};

constexpr std::array kDtypes{
    Dtype{"BOOL", 8},        Dtype{"F4", 4},          Dtype{"F6_E2M3", 6}, Dtype{"F6_E3M2", 6},
    Dtype{"U8", 8},          Dtype{"I8", 8},          Dtype{"F8_E4M3", 8}, Dtype{"F8_E5M2", 8},
    Dtype{"F8_E4M3FNUZ", 8}, Dtype{"F8_E5M2FNUZ", 8}, Dtype{"F8_E8M0", 8}, Dtype{"U16", 16},
    Dtype{"I16", 16},        Dtype{"F16", 16},        Dtype{"BF16", 16},   Dtype{"U32", 32},
    Dtype{"I32", 32},        Dtype{"F32", 32},        Dtype{"U64", 64},    Dtype{"I64", 64},
    Dtype{"F64", 64},        Dtype{"C64", 64},
};

}  // namespace

std::optional<unsigned> dtype_bits(std::string_view dtype) {
  const auto* found = std::find_if(kDtypes.begin(), kDtypes.end(),
                                   [dtype](const Dtype& known) { return known.name == dtype; });
  if (found == kDtypes.end()) return std::nullopt;
  return found->bits;
}

std::string known_dtypes() {
  std::string names;
  for (const Dtype& dtype : kDtypes) names += (names.empty() ? "" : ", ") + std::string(dtype.name);
  return names;
}

std::optional<std::uint64_t> tensor_bytes(std::span<const std::int64_t> shape, unsigned bits) {
  // Zeros count as ones here: the other dimensions of an empty tensor must be sane as well, because
  // readers multiply them.
  std::int64_t elements = 1;
  for (const std::int64_t n : shape) {
    if (n < 0 || __builtin_mul_overflow(elements, std::max<std::int64_t>(n, 1), &elements)) {
      return std::nullopt;
    }
  }
  std::int64_t total_bits = 0;
  if (__builtin_mul_overflow(elements, std::int64_t{bits}, &total_bits)) return std::nullopt;
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  if (total_bits % 8 != 0) return std::nullopt;
  return static_cast<std::uint64_t>(total_bits) / 8;
}

std::string shape_to_string(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + "]";
}

}  // namespace fp8oracle::files
