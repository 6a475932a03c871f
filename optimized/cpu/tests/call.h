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
#include "fp8oracle/resolved_scheme.h"
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

/// The arguments of one quantize, and the memory of what it writes.
class QuantizeCall {
 public:
  QuantizeCall(const ResolvedScheme& scheme, const Input& input, Scalars scalars = {});
  QuantizeCall(const QuantizeCall&) = delete;
  QuantizeCall& operator=(const QuantizeCall&) = delete;
  const fp8oracle_quantize_args& args() const { return args_; }
  Quantized run() const;

 private:
  AbiScheme abi_;
  fp8oracle_quantize_args args_{};
  std::vector<Exact> memory_;
};
Quantized quantize(const ResolvedScheme& scheme, const Input& input, Scalars scalars = {});

/// Runs `body` once on each Highway target of this machine, with its name in the trace.
void on_every_target(const std::function<void()>& body);

ResolvedScheme scheme_of(const std::string& name);
/// The scheme with one knob changed.
ResolvedScheme with_knob(ResolvedScheme scheme, std::uint32_t Knobs::*knob, std::uint32_t value);

}  // namespace fp8oracle::cpu_tests
