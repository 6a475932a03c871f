// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "formats_under_test.h"
#include "fp8oracle/layout.h"
#include "reference/backend.h"

namespace fp8oracle::reference {

/// A scheme of the plain knobs.
inline fp8oracle_scheme plain_scheme(const Format& format, fp8oracle_granularity granularity,
                                     unsigned directions = FP8ORACLE_ROWWISE,
                                     fp8oracle_layout layout = FP8ORACLE_LAYOUT_COMPACT) {
  fp8oracle_scheme scheme{};
  scheme.struct_size = sizeof scheme;
  scheme.format = format.abi();
  scheme.granularity = granularity;
  scheme.directions = directions;
  scheme.layout = layout;
  scheme.knobs = plain_knobs(format);
  return scheme;
}

template <typename T>
fp8oracle_buffer buffer_of(std::vector<T>& elements) {
  if (elements.empty()) return {nullptr, 0};
  return {elements.data(), elements.size() * sizeof(T)};
}
inline fp8oracle_buffer buffer_of(float& cell) { return {&cell, sizeof cell}; }

using Bytes = std::vector<std::uint8_t>;

/// One quantize call through the table, with poisoned outputs of the right sizes.
struct Cast {
  Cast(const fp8oracle_scheme& scheme, std::vector<float> x, std::int64_t rows, std::int64_t cols)
      : input(std::move(x)) {
    args.struct_size = sizeof args;
    args.scheme = scheme;
    args.input = {buffer_of(input), FP8ORACLE_F32, rows, cols, cols};
    if (scheme.directions & FP8ORACLE_ROWWISE) allocate(FP8ORACLE_ROWWISE, row, args.rowwise);
    if (scheme.directions & FP8ORACLE_COLUMNWISE)
      allocate(FP8ORACLE_COLUMNWISE, col, args.columnwise);
  }
  Cast(const Cast&) = delete;
  Cast& operator=(const Cast&) = delete;

  fp8oracle_status run() {
    char text[200] = "";
    const auto status = backend().quantize(&args, nullptr, {text, sizeof text});
    message = text;
    return status;
  }

  struct Pair {
    Bytes codes;
    Bytes scale_inv;  ///< MX
  };
  std::vector<float> input;
  Pair row, col;
  float scale_inv = -123.0f;  ///< per tensor
  std::string message;
  fp8oracle_quantize_args args{};

 private:
  void allocate(fp8oracle_direction direction, Pair& pair, fp8oracle_pair& to) {
    const CodesShape codes = codes_shape(args.scheme, direction, args.input.rows, args.input.cols);
    pair.codes.assign(static_cast<std::size_t>(codes.rows * codes.cols), 0xA5);
    to.codes = buffer_of(pair.codes);
    if (args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR) {
      to.scale_inv = buffer_of(scale_inv);
      return;
    }
    const ScaleInvShape shape =
        scale_inv_shape(args.scheme, direction, args.input.rows, args.input.cols);
    pair.scale_inv.assign(static_cast<std::size_t>(shape.bytes()), 0xA5);
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
