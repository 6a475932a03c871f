// SPDX-License-Identifier: Apache-2.0
#include "reference/narrow.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "reference/value_space.h"

namespace fp8oracle::reference {
namespace {

/// A 16-bit type: sign, exponent, mantissa; Inf is the first code above the finite ones.
struct Type16 {
  int mantissa_bits;
  int emin;
  unsigned inf_code;
  unsigned nan_code;
};
constexpr Type16 kBf16{7, -126, 0x7F80, 0x7FC0};
constexpr Type16 kF16{10, -14, 0x7C00, 0x7E00};

std::uint16_t narrow(const Type16& type, float y) {
  const unsigned sign = std::signbit(y) ? 0x8000u : 0u;
  if (std::isnan(y)) return static_cast<std::uint16_t>(sign | type.nan_code);
  if (std::isinf(y)) return static_cast<std::uint16_t>(sign | type.inf_code);
  const double magnitude = std::fabs(static_cast<double>(y));
  const unsigned code = nearest_code(magnitude, type.mantissa_bits, type.emin);
  return static_cast<std::uint16_t>(sign | std::min(code, type.inf_code));
}

template <std::uint16_t (*kNarrow)(float)>
void narrow_16_bit(const float* y, std::int64_t count, void* to) {
  auto* bytes = static_cast<unsigned char*>(to);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint16_t bits = kNarrow(y[i]);
    std::memcpy(bytes + i * 2, &bits, sizeof bits);
  }
}

}  // namespace

std::uint16_t narrow_to_bf16(float y) { return narrow(kBf16, y); }
std::uint16_t narrow_to_f16(float y) { return narrow(kF16, y); }

void narrow_all(fp8oracle_type type, const float* y, std::int64_t count, void* to) {
  switch (type) {
    case FP8ORACLE_F32:
      if (count > 0) std::memcpy(to, y, static_cast<std::size_t>(count) * sizeof(float));
      return;
    case FP8ORACLE_BF16: return narrow_16_bit<narrow_to_bf16>(y, count, to);
    case FP8ORACLE_F16: return narrow_16_bit<narrow_to_f16>(y, count, to);
  }
}

}  // namespace fp8oracle::reference
