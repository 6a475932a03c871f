// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "kernel.h"

namespace fp8oracle::mutants {
namespace {

using DequantizeArgs = fp8oracle_dequantize_args;

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

fp8oracle_status run_dequantize(const Decisions& d, const DequantizeArgs& given,
                                fp8oracle_message message) {
  DequantizeArgs args = given;
  if (const auto error = d.boundary.check_dequantize(args))
    return d.boundary.refuse(*error, message);
  const DequantizeDecisions& rule = d.dequantize;
  if (rule.answers != nullptr && rule.answers(args)) return FP8ORACLE_OK;
  const std::int64_t rows = args.output.rows, cols = args.output.cols;
  const unsigned direction = args.scheme.directions;
  const CodesPlan codes = codes_plan(args.scheme, direction, args.pair.codes, rows, cols);
  const bool tensor = args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR;
  ScalePlan scales;
  float scale_inv = 1.0f;
  if (tensor) {
    scale_inv = rule.tensor_scale_inv(args);
  } else {
    scales = scale_plan(args.scheme, direction, args.pair.scale_inv, rows, cols,
                        FP8ORACLE_OP_DEQUANTIZE);
  }
  const bool rowwise = direction == FP8ORACLE_ROWWISE;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t col = 0; col < cols; ++col) {
      if (!tensor) {
        const std::int64_t i = rowwise ? row : col;
        const std::int64_t j = (rowwise ? col : row) / kMxBlock;
        scale_inv =
            rule.e8m0_value(rule.block_scale_inv(i, j, d.layout.scale_index(i, j, scales), scales));
      }
      const std::uint8_t code = fetch(codes.buffer, rule.code_index(row, col, codes));
      write_value(rule, args, row * cols + col, rule.decode(code, args.scheme.format), scale_inv);
    }
  }
  if (rule.after != nullptr) rule.after(args);
  return FP8ORACLE_OK;
}

}  // namespace fp8oracle::mutants
