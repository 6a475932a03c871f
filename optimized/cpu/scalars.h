// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

#include "fp8oracle/backend.h"

namespace fp8oracle::cpu {

inline float load_scalar(const fp8oracle_buffer& buffer) {
  float value;
  std::memcpy(&value, buffer.data, sizeof value);
  return value;
}

inline void store_scalar(const fp8oracle_buffer& buffer, float value) {
  std::memcpy(buffer.data, &value, sizeof value);
}

inline bool stopped_by(const fp8oracle_buffer& noop) {
  return noop.data != nullptr && load_scalar(noop) == 1.0f;
}

}  // namespace fp8oracle::cpu
