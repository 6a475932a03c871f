// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "kernel.h"

namespace fp8oracle::mutants {
namespace {

void write_value(const DequantizeDecisions& rule, const DequantizeArgs& args, std::int64_t at,
                 float decoded, float scale_inv) {
  const std::uint32_t type = args.output.type;
  const std::uint32_t bits =
      rule.output_bits(decoded, scale_inv, rule.product(decoded, scale_inv), type);
  const auto size = static_cast<std::size_t>(size_of(static_cast<fp8oracle_type>(type)));
  std::memcpy(
      static_cast<std::uint8_t*>(args.output.data.data) + static_cast<std::size_t>(at) * size,
      &bits, size);  // little-endian: the low bytes come first
}

}  // namespace

void kernel::dequantize(const Decisions& d, const DequantizeArgs& args) {
  const DequantizeDecisions& rule = d.dequantize;
  if (rule.answers != nullptr && rule.answers(args)) return;
  const std::int64_t rows = args.output.rows, cols = args.output.cols;
  const unsigned direction = args.scheme.directions;
  const CodesPlan codes = codes_plan(args.scheme, direction, args.pair.codes, rows, cols);
  const bool tensor = args.scheme.grid.scale_is_given();
  ScalePlan scales;
  float scale_inv = 1.0f;
  if (tensor) {
    scale_inv = rule.tensor_scale_inv(args);
  } else {
    scales = scale_plan(args.scheme, direction, args.pair.scale_inv, rows, cols,
                        FP8ORACLE_OP_DEQUANTIZE);
  }
  const Grid& grid = args.scheme.grid;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t col = 0; col < cols; ++col) {
      if (!tensor) {
        const auto [i, j] = scale_number(grid, direction, row, col);
        const std::uint32_t bits =
            rule.block_scale_inv(i, j, d.layout.scale_index(i, j, scales), scales);
        scale_inv =
            grid.is_mx() ? rule.e8m0_value(static_cast<std::uint8_t>(bits)) : from_bits(bits);
      }
      const std::uint8_t code = fetch(codes.buffer, rule.code_index(row, col, codes));
      write_value(rule, args, row * cols + col, rule.decode(code, args.scheme.format), scale_inv);
    }
  }
  if (rule.after != nullptr) rule.after(args);
}

}  // namespace fp8oracle::mutants
