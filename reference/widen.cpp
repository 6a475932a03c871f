// SPDX-License-Identifier: Apache-2.0
#include "reference/widen.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "reference/value_space.h"

namespace fp8oracle::reference {
namespace {

template <float (*kWiden)(std::uint16_t)>
void widen_16_bit(const void* from, std::int64_t count, float* to) {
  const auto* bytes = static_cast<const unsigned char*>(from);
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes + i * 2, sizeof bits);
    to[i] = kWiden(bits);
  }
}

}  // namespace

float widen_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

float widen_f16(std::uint16_t bits) {
  const float sign = (bits & 0x8000u) != 0 ? -1.0f : 1.0f;
  const unsigned magnitude = bits & 0x7FFFu;
  if (magnitude > 0x7C00u) return std::copysign(std::numeric_limits<float>::quiet_NaN(), sign);
  if (magnitude == 0x7C00u) return sign * std::numeric_limits<float>::infinity();
  return sign * static_cast<float>(finite_value(magnitude, 10, -14));
}

void widen_all(fp8oracle_type type, const void* from, std::int64_t count, float* to) {
  switch (type) {
    case FP8ORACLE_F32:
      if (count > 0) std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
      return;
    case FP8ORACLE_BF16: return widen_16_bit<widen_bf16>(from, count, to);
    case FP8ORACLE_F16: return widen_16_bit<widen_f16>(from, count, to);
  }
}

float largest_finite(fp8oracle_type type) {
  switch (type) {
    case FP8ORACLE_BF16: return widen_bf16(0x7F7F);
    case FP8ORACLE_F16: return widen_f16(0x7BFF);
    default: return std::numeric_limits<float>::max();
  }
}

}  // namespace fp8oracle::reference
