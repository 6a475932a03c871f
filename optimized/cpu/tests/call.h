// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::cpu_tests {

/// A heap block of exactly `bytes` behind `offset` unused ones: an over-read is seen by
/// AddressSanitizer, and the offset decides the alignment.
class Exact {
 public:
  explicit Exact(std::int64_t bytes, std::int64_t offset = 0, std::uint8_t fill = 0xA5)
      : memory_(new std::uint8_t[static_cast<std::size_t>(offset + bytes)]),
        offset_(offset),
        bytes_(bytes) {
    std::memset(memory_.get(), fill, static_cast<std::size_t>(offset + bytes));
  }
  std::uint8_t* data() { return memory_.get() + offset_; }
  const std::uint8_t* data() const { return memory_.get() + offset_; }
  std::int64_t bytes() const { return bytes_; }
  fp8oracle_buffer buffer() { return {data(), static_cast<std::uint64_t>(bytes_)}; }
  std::vector<std::uint8_t> copy() const { return {data(), data() + bytes_}; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::int64_t offset_;
  std::int64_t bytes_;
};

/// An input with its elements also as FP32.
struct Input {
  fp8oracle_matrix matrix{};
  Exact memory;
  float at(std::int64_t row, std::int64_t col) const;
};

struct Shape {
  std::int64_t rows, cols;
  std::int64_t row_stride = 0;  ///< 0: cols
  std::int64_t offset = 0;      ///< elements between an aligned address and the first element
};

/// Elements out of `pool` and raw bits, by the seed.
Input make_input(fp8oracle_type type, const Shape& shape, const std::vector<float>& pool,
                 std::uint32_t seed);

/// What a quantize wrote.
struct Quantized {
  fp8oracle_status status = FP8ORACLE_OK;
  std::string message;
  std::vector<std::uint8_t> codes[2];  ///< rowwise, columnwise
  std::vector<std::uint8_t> scale_inv[2];
};
struct Scalars {
  float* scale = nullptr;
  float* amax = nullptr;
};
Quantized quantize(const fp8oracle_scheme& scheme, Input& input, Scalars scalars = {},
                   std::int64_t output_offset = 0, std::uint8_t fill = 0xA5);

/// Runs `body` once on each Highway target of this machine, with its name in the trace.
void on_every_target(const std::function<void()>& body);

fp8oracle_scheme scheme_of(const std::string& name);
/// The scheme with one knob changed.
fp8oracle_scheme with_knob(fp8oracle_scheme scheme, std::uint32_t fp8oracle_knobs::*knob,
                           std::uint32_t value);

}  // namespace fp8oracle::cpu_tests
