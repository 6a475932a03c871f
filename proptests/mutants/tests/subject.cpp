// SPDX-License-Identifier: Apache-2.0
#include "subject.h"

#include <cstring>

#include "fp8oracle/layout.h"

namespace fp8oracle::mutants::tests {
namespace {

fp8oracle_quantize_args quantize_args(const fp8oracle_quantize_item& item,
                                      const fp8oracle_scheme* scheme) {
  auto args = client::make_args<fp8oracle_quantize_args>(scheme);
  args.input = item.input;
  args.scale = item.scale;
  args.amax = item.amax;
  args.rowwise = item.rowwise;
  args.columnwise = item.columnwise;
  return args;
}

std::vector<std::uint32_t> elements_of(const std::vector<std::uint8_t>& bytes,
                                       fp8oracle_type type) {
  const auto size = static_cast<std::size_t>(size_of(type));
  const std::uint32_t magnitude = type == FP8ORACLE_F32 ? 0x7FFFFFFFu : 0x7FFFu;
  const std::uint32_t inf = type == FP8ORACLE_F32    ? 0x7F800000u
                            : type == FP8ORACLE_BF16 ? 0x7F80u
                                                     : 0x7C00u;
  std::vector<std::uint32_t> elements;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, bytes.data() + at, size);
    elements.push_back((bits & magnitude) > inf ? magnitude : bits);
  }
  return elements;
}

}  // namespace

void Subject::run(fp8oracle_operation operation, const void* args) {
  stream_.call(operation, args);
  stream_.synchronize();
}

Outputs Subject::quantize(const Example& e) {
  Outputs outputs(e);
  AbiScheme abi(e.scheme, "te");
  const fp8oracle_quantize_args args = quantize_args(outputs.item(e), abi.get());
  run(FP8ORACLE_OP_QUANTIZE, &args);
  return outputs;
}

Outputs Subject::quantize_current(const Example& e) {
  Outputs outputs(e);
  AbiScheme abi(e.scheme, "te");
  auto args = client::make_args<fp8oracle_quantize_current_args>(abi.get());
  args.input = e.matrix();
  args.pow2 = e.pow2;
  args.eps = e.eps;
  if (!e.amax_absent) args.amax = outputs.amax_cell();
  if (!e.scale_absent) args.scale = outputs.scale_cell();
  args.rowwise = outputs.pair(FP8ORACLE_ROWWISE);
  args.columnwise = outputs.pair(FP8ORACLE_COLUMNWISE);
  run(FP8ORACLE_OP_QUANTIZE_CURRENT, &args);
  return outputs;
}

std::vector<Outputs> Subject::quantize_many(const std::vector<Example>& examples, std::size_t gap) {
  std::vector<Outputs> outputs(examples.begin(), examples.end());
  const std::size_t item_bytes = sizeof(fp8oracle_quantize_item) + gap;
  std::vector<std::uint8_t> items(item_bytes * examples.size());
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const fp8oracle_quantize_item item = outputs[i].item(examples[i]);
    std::memcpy(items.data() + item_bytes * i, &item, sizeof item);
  }
  AbiScheme abi(examples.front().scheme, "te");
  auto args = client::make_args<fp8oracle_quantize_many_args>(abi.get());
  args.items = items.data();
  args.item_bytes = item_bytes;
  args.count = examples.size();
  run(FP8ORACLE_OP_QUANTIZE_MANY, &args);
  return outputs;
}

float Subject::scale_inverse(const Example& e) {
  float scale = e.scale, scale_inv = 7;
  AbiScheme abi(e.scheme, "te");
  auto args = client::make_args<fp8oracle_scale_inverse_args>(abi.get());
  if (!e.scale_absent) args.scale = {&scale, sizeof scale};
  args.scale_inv = {&scale_inv, sizeof scale_inv};
  run(FP8ORACLE_OP_SCALE_INVERSE, &args);
  return scale_inv;
}

std::vector<std::uint32_t> Subject::dequantize(const Example& e, Outputs& outputs,
                                               fp8oracle_direction direction, fp8oracle_type type) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(e.rows * e.cols * size_of(type)), 0xA5);
  ResolvedScheme one = e.scheme;
  one.directions = direction;
  AbiScheme abi(one, "te");
  auto args = client::make_args<fp8oracle_dequantize_args>(abi.get());
  args.pair = outputs.pair(direction);
  args.output = {{bytes.data(), bytes.size()}, type, e.rows, e.cols, e.cols};
  run(FP8ORACLE_OP_DEQUANTIZE, &args);
  return elements_of(bytes, type);
}

fp8oracle_status Subject::supports_quantize(const Example& e) {
  Outputs outputs(e);
  AbiScheme abi(e.scheme, "te");
  const fp8oracle_quantize_args args = quantize_args(outputs.item(e), abi.get());
  return stream_.client().supports(FP8ORACLE_OP_QUANTIZE, &args).status;
}

}  // namespace fp8oracle::mutants::tests
