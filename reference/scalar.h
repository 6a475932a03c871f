// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "fp8oracle/backend.h"

namespace fp8oracle::reference {

// FP32 cells of the caller's memory: scale, scale_inv, amax. They need not be aligned.

inline bool present(const fp8oracle_buffer& buffer) { return buffer.data != nullptr; }

inline std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }

inline float load_float(const void* at) {
  float value = 0.0f;
  std::memcpy(&value, at, sizeof value);
  return value;
}
inline float load_scalar(const fp8oracle_buffer& buffer) { return load_float(buffer.data); }

inline void store_scalar(const fp8oracle_buffer& buffer, float value) {
  std::memcpy(buffer.data, &value, sizeof value);
}

/// Whether noop asks for nothing to be done: exactly 1.0f, read when the operation runs [K23].
inline bool stopped_by(const fp8oracle_buffer& noop) {
  return present(noop) && load_scalar(noop) == 1.0f;
}

}  // namespace fp8oracle::reference
