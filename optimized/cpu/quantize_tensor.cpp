// SPDX-License-Identifier: Apache-2.0
// Per-tensor quantize: one scale, codes of the input's shape and its transpose from one read.
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>

#include "operations.h"
#include "scalars.h"
#include "shards.h"
#include "tensor_cast.h"
#include "threads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "quantize_tensor.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "tensor_span-inl.h"
#include "transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

/// Rowwise codes of the rectangle; returns the bits of its amax.
std::int32_t QuantizeRows(const fp8oracle_matrix& input, const Rectangle& part, std::uint8_t* codes,
                          const TensorCast& cast) {
  const auto type = static_cast<fp8oracle_type>(input.type);
  std::int32_t amax_bits = 0;
  for (std::int64_t r = part.row_begin; r < part.row_end; ++r) {
    const std::int32_t bits =
        QuantizeTensorRun(type, input.data.data, r * input.row_stride + part.col_begin,
                          codes + r * input.cols + part.col_begin, part.cols(), cast);
    amax_bits = HWY_MAX(amax_bits, bits);
  }
  if (cast.stream) hwy::FlushStream();
  return amax_bits;
}

/// The same with transposed codes; `rowwise` may be null. At most 64 rows.
std::int32_t QuantizeBand(const fp8oracle_matrix& input, const Rectangle& part,
                          std::uint8_t* rowwise, std::uint8_t* columnwise, const TensorCast& cast) {
  constexpr std::int64_t kWidth = 256;
  alignas(64) std::uint8_t codes[kUnit][kWidth];
  TensorCast to_cache = cast;
  to_cache.stream = false;
  std::int32_t amax_bits = 0;
  for (std::int64_t c = part.col_begin; c < part.col_end; c += kWidth) {
    const std::int64_t width = HWY_MIN(kWidth, part.col_end - c);
    for (std::int64_t i = 0; i < part.rows(); ++i) {
      const std::int64_t r = part.row_begin + i;
      const std::int32_t bits =
          QuantizeTensorRun(static_cast<fp8oracle_type>(input.type), input.data.data,
                            r * input.row_stride + c, codes[i], width, to_cache);
      amax_bits = HWY_MAX(amax_bits, bits);
      if (rowwise != nullptr) {
        std::memcpy(rowwise + r * input.cols + c, codes[i], static_cast<std::size_t>(width));
      }
    }
    TransposeBand(&codes[0][0], kWidth, columnwise + c * input.rows + part.row_begin, input.rows,
                  part.rows(), width, cast.stream);
  }
  if (cast.stream) hwy::FlushStream();
  return amax_bits;
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fp8oracle::cpu {
namespace {

HWY_EXPORT(QuantizeRows);
HWY_EXPORT(QuantizeBand);

// Non-negative floats and NaNs order as their bits do.
void raise_to(std::atomic<std::int32_t>& amax_bits, std::int32_t bits) {
  std::int32_t seen = amax_bits.load();
  while (bits > seen && !amax_bits.compare_exchange_weak(seen, bits)) {
  }
}

TensorCast tensor_cast(const ResolvedScheme& scheme, float scale) {
  TensorCast cast;
  cast.rule = element_rule(scheme.format, scheme.knobs);
  cast.divide = scheme.knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
  cast.factor = cast.divide ? 1.0f / scale : scale;
  cast.propagate_nan = scheme.knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN;
  return cast;
}

// A dense matrix is one long row to the rowwise cast.
fp8oracle_matrix flattened(fp8oracle_matrix input) {
  if (input.row_stride != input.cols || input.rows < 2) return input;
  input.cols *= input.rows;
  input.row_stride = input.cols;
  input.rows = 1;
  return input;
}

std::int32_t cast_all(const fp8oracle_quantize_args& args, bool transpose, const TensorCast& cast) {
  auto* const rowwise = static_cast<std::uint8_t*>(args.rowwise.codes.data);
  auto* const columnwise = static_cast<std::uint8_t*>(args.columnwise.codes.data);
  const fp8oracle_matrix input = transpose ? args.input : flattened(args.input);
  const Shards shards =
      transpose ? band_shards(input.rows, input.cols) : row_shards(input.rows, input.cols);
  std::atomic<std::int32_t> amax_bits{0};
  parallel_for(shards.count(), input.rows * input.cols, [&](std::int64_t i) {
    raise_to(amax_bits,
             transpose ? HWY_DYNAMIC_DISPATCH(QuantizeBand)(input, shards.at(i), rowwise,
                                                            columnwise, cast)
                       : HWY_DYNAMIC_DISPATCH(QuantizeRows)(input, shards.at(i), rowwise, cast));
  });
  return amax_bits.load();
}

// What the cell holds after an amax of `amax_bits` >= 0, in the order of signed integers: a
// previous value with its sign set, -0 and NaN included, is below everything; any other NaN stays
// [K12].
float accumulated(float old, std::int32_t amax_bits) {
  return std::bit_cast<float>(std::max(std::bit_cast<std::int32_t>(old), amax_bits));
}

// Several threads may do this to one cell: that of items which share it [K26].
void accumulate(const fp8oracle_buffer& amax, std::int32_t amax_bits) {
  const std::atomic_ref<float> cell(*static_cast<float*>(amax.data));
  float old = cell.load();
  while (!cell.compare_exchange_weak(old, accumulated(old, amax_bits))) {
  }
}

}  // namespace

float scale_inv_of(float scale, const Knobs& knobs) {
  const float scale_inv = 1.0f / scale;
  const bool flush = knobs.scale_inv_subnormals == FP8ORACLE_DROP;
  return flush && std::fpclassify(scale_inv) == FP_SUBNORMAL ? std::copysign(0.0f, scale_inv)
                                                             : scale_inv;
}

void quantize_tensor(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  quantize_tensor(scheme, args, args.scale.data != nullptr ? load_scalar(args.scale) : 1.0f);
}

void quantize_tensor(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                     float scale) {
  TensorCast cast = tensor_cast(scheme, scale);
  const std::int64_t elements = args.input.rows * args.input.cols;
  cast.stream = elements >= kStreamFromBytes;

  // Also of an empty tensor [K24].
  const float scale_inv = scale_inv_of(scale, scheme.knobs);
  if (args.rowwise.scale_inv.data != nullptr) store_scalar(args.rowwise.scale_inv, scale_inv);
  if (args.columnwise.scale_inv.data != nullptr) store_scalar(args.columnwise.scale_inv, scale_inv);

  const bool transpose = scheme.has(FP8ORACLE_COLUMNWISE);
  const std::int32_t amax_bits = elements > 0 ? cast_all(args, transpose, cast) : 0;
  if (args.amax.data != nullptr && elements > 0) accumulate(args.amax, amax_bits);
}

}  // namespace fp8oracle::cpu
#endif  // HWY_ONCE
