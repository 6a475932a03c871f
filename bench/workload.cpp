// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <random>

#include "fp8oracle/error.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"
#include "runner/probe.h"

namespace fp8oracle::bench {
namespace {

constexpr float kScale = 32.0f;
constexpr std::uint8_t kE8m0One = 127;

// Values of every sign with exponents around 1, repeated over the input: kernels do not look at
// what they read, but a run of zeros would compress in nobody's favour.
template <class Word>
std::vector<std::uint8_t> random_values(fp8oracle_type type) {
  constexpr std::size_t kBytes = std::size_t{4} << 20;
  std::vector<std::uint8_t> bytes(kBytes);
  std::mt19937 random(8);
  std::normal_distribution<float> normal(0.0f, 1.0f);
  for (std::size_t i = 0; i < kBytes; i += sizeof(Word)) {
    const auto bits = std::bit_cast<std::uint32_t>(normal(random));
    Word word;
    if (type == FP8ORACLE_F32) {
      word = static_cast<Word>(bits);
    } else if (type == FP8ORACLE_BF16) {
      word = static_cast<Word>(bits >> 16);
    } else {  // sign, an exponent in [-3, 4], any fraction
      word = static_cast<Word>((bits >> 16 & 0x8000u) | (12u + (bits & 7u)) << 10 |
                               (bits >> 3 & 0x3FFu));
    }
    std::memcpy(bytes.data() + i, &word, sizeof word);
  }
  return bytes;
}

const std::vector<std::uint8_t>& pattern_of(fp8oracle_type type) {
  static const std::vector<std::uint8_t> patterns[] = {
      random_values<std::uint32_t>(FP8ORACLE_F32),
      random_values<std::uint16_t>(FP8ORACLE_BF16),
      random_values<std::uint16_t>(FP8ORACLE_F16),
  };
  return patterns[type];
}

}  // namespace

std::optional<std::string> unsupported(const fp8oracle_backend_table& table, const RowSpec& row) {
  std::string why =
      runner::why_unsupported(table, row.operation->abi, row.scheme().abi(), row.type);
  return why.empty() ? std::nullopt : std::optional(std::move(why));
}

Workload::Workload(const client::Stream& stream, const RowSpec& row, int sets)
    : stream_(stream), row_(row), scheme_(row.scheme().abi()) {
  for (int set = 0; set < sets; ++set) {
    std::vector<Tensor> tensors;
    for (std::int64_t i = 0; i < row.count; ++i) tensors.push_back(make_tensor());
    calls_.push_back(make_call(tensors));
  }
  stream_.synchronize();
}

void Workload::enqueue(int set) const { calls_[static_cast<std::size_t>(set)](); }

fp8oracle_buffer Workload::make_buffer(std::uint64_t bytes, std::uint8_t fill) {
  memory_.emplace_back(stream_, bytes).fill(fill);
  return memory_.back().buffer();
}

fp8oracle_buffer Workload::make_scalar(float value) {
  memory_.emplace_back(stream_, sizeof value).upload(&value);
  return memory_.back().buffer();
}

fp8oracle_buffer Workload::make_input(std::uint64_t bytes) {
  const fp8oracle_buffer buffer = make_buffer(bytes, 0);
  const std::vector<std::uint8_t>& pattern = pattern_of(row_.type);
  for (std::uint64_t at = 0; at < bytes; at += pattern.size()) {
    const std::uint64_t piece = std::min<std::uint64_t>(pattern.size(), bytes - at);
    stream_.upload(static_cast<std::uint8_t*>(buffer.data) + at, pattern.data(), piece);
  }
  return buffer;
}

// Codes of 0x38: a plain number in either format, for the rows that read codes.
fp8oracle_pair Workload::make_pair(fp8oracle_direction direction) {
  const ResolvedScheme scheme = row_.scheme().resolved();
  fp8oracle_pair pair{};
  if (!scheme.has(direction)) return pair;
  pair.codes = make_buffer(static_cast<std::uint64_t>(row_.rows * row_.cols), 0x38);
  if (!scheme.grid.scale_is_given()) {
    const ScaleGrid scales = scale_grid(scheme, direction, row_.rows, row_.cols);
    pair.scale_inv = make_buffer(static_cast<std::uint64_t>(scales.bytes()), kE8m0One);
  } else if (direction == FP8ORACLE_ROWWISE) {
    pair.scale_inv = make_scalar(1.0f / kScale);
  }
  return pair;
}

Workload::Tensor Workload::make_tensor() {
  const auto bytes = static_cast<std::uint64_t>(row_.rows * row_.cols * size_of(row_.type));
  const bool per_tensor = row_.operation->grid.scale_is_given();
  Tensor tensor{};
  tensor.matrix = {make_input(bytes), row_.type, row_.rows, row_.cols, row_.cols};
  if (row_.operation->abi != FP8ORACLE_OP_AMAX) {
    tensor.rowwise = make_pair(FP8ORACLE_ROWWISE);
    tensor.columnwise = make_pair(FP8ORACLE_COLUMNWISE);
  }
  if (per_tensor) tensor.scale = make_scalar(kScale);
  if (per_tensor) tensor.amax = make_scalar(0.0f);
  return tensor;
}

// The workspace that the call asks for, then the call itself, ready to be made again and again.
template <class Args>
std::function<void()> Workload::bind(Args args) {
  const fp8oracle_operation operation = row_.operation->abi;
  if constexpr (requires { args.workspace; }) {
    const std::uint64_t bytes = stream_.client().workspace_bytes(operation, &args);
    if (bytes > 0) args.workspace = make_buffer(bytes, 0);
  }
  return [args, operation, &stream = stream_] { stream.call(operation, &args); };
}

std::function<void()> Workload::quantize_call(const Tensor& tensor) {
  auto args = client::make_args<fp8oracle_quantize_args>(scheme_.get());
  args.input = tensor.matrix;
  args.scale = tensor.scale;
  args.amax = tensor.amax;
  args.rowwise = tensor.rowwise;
  args.columnwise = tensor.columnwise;
  return bind(args);
}

std::function<void()> Workload::amax_call(const Tensor& tensor) {
  auto args = client::make_args<fp8oracle_amax_args>(scheme_.get());
  args.input = tensor.matrix;
  args.amax = tensor.amax;
  return bind(args);
}

std::function<void()> Workload::current_call(const Tensor& tensor) {
  auto args = client::make_args<fp8oracle_quantize_current_args>(scheme_.get());
  args.input = tensor.matrix;
  args.amax = tensor.amax;
  args.scale = tensor.scale;
  args.rowwise = tensor.rowwise;
  args.columnwise = tensor.columnwise;
  return bind(args);
}

std::function<void()> Workload::many_call(const std::vector<Tensor>& tensors) {
  const auto items = std::make_shared<std::vector<fp8oracle_quantize_item>>();
  for (const Tensor& tensor : tensors) {
    items->push_back({tensor.matrix, tensor.scale, tensor.amax, tensor.rowwise, tensor.columnwise});
  }
  auto args = client::make_args<fp8oracle_quantize_many_args>(scheme_.get());
  args.items = items->data();
  args.item_bytes = sizeof items->front();
  args.count = items->size();
  return [items, call = bind(args)] { call(); };
}

std::function<void()> Workload::dequantize_call(const Tensor& tensor) {
  auto args = client::make_args<fp8oracle_dequantize_args>(scheme_.get());
  args.pair = tensor.rowwise;
  args.output = tensor.matrix;
  return bind(args);
}

// Padded scales in the pair, swizzled ones beside it.
std::function<void()> Workload::swizzle_call(const Tensor& tensor) {
  auto args = client::make_args<fp8oracle_swizzle_args>(scheme_.get());
  args.rows = row_.rows;
  args.cols = row_.cols;
  const fp8oracle_buffer padded = tensor.rowwise.scale_inv;
  const fp8oracle_buffer swizzled = make_buffer(padded.bytes, kE8m0One);
  const bool to_swizzled = row_.operation->abi == FP8ORACLE_OP_SWIZZLE;
  args.input = to_swizzled ? padded : swizzled;
  args.output = to_swizzled ? swizzled : padded;
  return bind(args);
}

std::function<void()> Workload::make_call(const std::vector<Tensor>& tensors) {
  switch (row_.operation->abi) {
    case FP8ORACLE_OP_AMAX: return amax_call(tensors.front());
    case FP8ORACLE_OP_QUANTIZE_CURRENT: return current_call(tensors.front());
    case FP8ORACLE_OP_QUANTIZE_MANY: return many_call(tensors);
    case FP8ORACLE_OP_DEQUANTIZE: return dequantize_call(tensors.front());
    case FP8ORACLE_OP_SWIZZLE:
    case FP8ORACLE_OP_UNSWIZZLE: return swizzle_call(tensors.front());
    default: break;
  }
  std::vector<std::function<void()>> calls;
  for (const Tensor& tensor : tensors) calls.push_back(quantize_call(tensor));
  if (calls.size() == 1) return calls.front();
  return [calls] {
    for (const auto& call : calls) call();
  };
}

}  // namespace fp8oracle::bench
