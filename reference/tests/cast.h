// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats_under_test.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/resolved_scheme.h"
#include "fp8oracle/scale_grid.h"
#include "reference/backend.h"

namespace fp8oracle::reference {

/// A scheme of the plain knobs.
inline ResolvedScheme plain_scheme(const Format& format, const Grid& grid,
                                   unsigned directions = FP8ORACLE_ROWWISE,
                                   fp8oracle_layout layout = FP8ORACLE_LAYOUT_COMPACT) {
  return {format, grid, directions, layout, plain_knobs(format)};
}

/// Arguments of a call together with the scheme's structs that they point to.
template <typename Args>
struct Call {
  explicit Call(const ResolvedScheme& scheme) : abi(scheme, "plain") {
    args.struct_size = sizeof args;
    args.scheme = abi.get();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  Args args{};
  AbiScheme abi;
};

template <typename T>
fp8oracle_buffer buffer_of(std::vector<T>& elements) {
  if (elements.empty()) return {nullptr, 0};
  return {elements.data(), elements.size() * sizeof(T)};
}
inline fp8oracle_buffer buffer_of(float& cell) { return {&cell, sizeof cell}; }

using Bytes = std::vector<std::uint8_t>;

/// One quantize call through the table, with poisoned outputs of the right sizes. A test may change
/// the knobs of `scheme` before it runs the call.
struct Cast {
  Cast(const ResolvedScheme& of, std::vector<float> x, std::int64_t rows, std::int64_t cols)
      : scheme(of), input(std::move(x)) {
    args.struct_size = sizeof args;
    args.input = {buffer_of(input), FP8ORACLE_F32, rows, cols, cols};
    if (scheme.has(FP8ORACLE_ROWWISE)) allocate(FP8ORACLE_ROWWISE, row, args.rowwise);
    if (scheme.has(FP8ORACLE_COLUMNWISE)) allocate(FP8ORACLE_COLUMNWISE, col, args.columnwise);
  }
  Cast(const Cast&) = delete;
  Cast& operator=(const Cast&) = delete;

  fp8oracle_status run() {
    AbiScheme abi(scheme, "plain");
    args.scheme = abi.get();
    char text[200] = "";
    const auto status = backend().quantize(&args, nullptr, {text, sizeof text});
    args.scheme = nullptr;
    message = text;
    return status;
  }

  struct Pair {
    Bytes codes;
    Bytes scale_inv;  ///< of blocks
    /// FP32 scales.
    float scale_inv_at(std::int64_t element) const {
      float value = 0.0f;
      std::memcpy(&value, &scale_inv[static_cast<std::size_t>(element) * sizeof value],
                  sizeof value);
      return value;
    }
  };
  ResolvedScheme scheme;
  std::vector<float> input;
  Pair row, col;
  float scale_inv = -123.0f;  ///< per tensor
  std::string message;
  fp8oracle_quantize_args args{};  ///< but for the scheme, which lives during the call

 private:
  void allocate(fp8oracle_direction direction, Pair& pair, fp8oracle_pair& to) {
    const CodesShape codes = codes_shape(scheme, direction, args.input.rows, args.input.cols);
    pair.codes.assign(static_cast<std::size_t>(codes.rows * codes.cols), 0xA5);
    to.codes = buffer_of(pair.codes);
    if (scheme.grid.scale_is_given()) {
      to.scale_inv = buffer_of(scale_inv);
      return;
    }
    const ScaleGrid scales = scale_grid(scheme, direction, args.input.rows, args.input.cols);
    pair.scale_inv.assign(static_cast<std::size_t>(scales.bytes()), 0xA5);
    to.scale_inv = buffer_of(pair.scale_inv);
  }
};

/// Numbers that fill many codes: a multiplicative sequence over about forty binades, both signs.
inline std::vector<float> varied(std::int64_t count) {
  std::vector<float> x(static_cast<std::size_t>(count));
  std::uint32_t state = 12345;
  for (float& value : x) {
    state = state * 1664525u + 1013904223u;
    const std::uint32_t exponent = 107u + (state >> 8) % 40u;
    const std::uint32_t bits = (state & 0x80000000u) | exponent << 23 | (state * 2654435761u >> 9);
    std::memcpy(&value, &bits, sizeof value);
  }
  return x;
}

inline std::vector<float> transposed(const std::vector<float>& x, std::int64_t rows,
                                     std::int64_t cols) {
  std::vector<float> t(x.size());
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < cols; ++c) {
      t[static_cast<std::size_t>(c * rows + r)] = x[static_cast<std::size_t>(r * cols + c)];
    }
  }
  return t;
}

}  // namespace fp8oracle::reference
