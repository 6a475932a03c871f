// SPDX-License-Identifier: Apache-2.0
// y = RN(decode(q) * r), rounded once more to the output's type [K6]. Per tensor and MX, in tiles
// of 64 rows x 256 columns, so that transposed codes are read a line at a time.
#include <cstdint>
#include <cstring>

#include "dequantize_call.h"
#include "fp8oracle/layout.h"
#include "operations.h"
#include "scalars.h"
#include "shards.h"
#include "threads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dequantize.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "e8m0-inl.h"
#include "hwy/highway.h"
#include "transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

inline constexpr std::int64_t kWidth = 256;

/// The scale_inv of `cols` elements of a row as FP32.
void ScalesOfRow(const DequantizeCall& call, std::int64_t row, std::int64_t col, std::int64_t cols,
                 float* scale_inv) {
  alignas(64) std::uint8_t codes[kWidth] = {};
  call.scales.of_row(row, col, cols, codes);
  const hn::Rebind<std::uint8_t, DI> d8;
  for (std::int64_t c = 0; c < cols; c += kLanes) {
    hn::Store(E8m0Values(hn::PromoteTo(kI, hn::LoadU(d8, codes + c))), kF, scale_inv + c);
  }
}

/// One row of at most 256 elements.
template <class T>
HWY_INLINE void DequantizeRow(const Decoder& decoder, const std::uint8_t* codes,
                              const float* scale_inv, T* to, std::int64_t cols) {
  std::int64_t c = 0;
  for (; c + kLanes <= cols; c += kLanes) {
    StoreFloat(hn::Mul(decoder.Decode(codes + c), hn::Load(kF, scale_inv + c)), to + c);
  }
  if (c == cols) return;
  std::uint8_t last_codes[kLanes] = {};
  T last[kLanes];
  std::memcpy(last_codes, codes + c, static_cast<std::size_t>(cols - c));
  StoreFloat(hn::Mul(decoder.Decode(last_codes), hn::Load(kF, scale_inv + c)), last);
  std::memcpy(to + c, last, static_cast<std::size_t>(cols - c) * sizeof(T));
}

template <class T>
HWY_INLINE void DequantizeTile(const DequantizeCall& call, const fp8oracle_matrix& output,
                               std::int64_t row, std::int64_t col, std::int64_t rows,
                               std::int64_t cols) {
  alignas(64) std::uint8_t turned[kUnit][kWidth];
  alignas(64) float scale_inv[kWidth];
  const Decoder decoder(call.rule);
  for (std::int64_t c = 0; c < kWidth; ++c) scale_inv[c] = call.scale_inv;
  if (call.transposed) {
    TransposeBytes(call.codes + col * output.rows + row, output.rows, &turned[0][0], kWidth, cols,
                   rows);
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    // Columnwise scales change with each block of rows only.
    const bool new_scales = call.scales.rowwise || (row + r) % kMxBlock == 0;
    if (call.scales.codes != nullptr && new_scales)
      ScalesOfRow(call, row + r, col, cols, scale_inv);
    const std::uint8_t* const codes =
        call.transposed ? turned[r] : call.codes + (row + r) * output.cols + col;
    DequantizeRow(decoder, codes, scale_inv,
                  static_cast<T*>(output.data.data) + (row + r) * output.cols + col, cols);
  }
}

void DequantizePart(const DequantizeCall& call, const fp8oracle_matrix& output,
                    const Rectangle& part) {
  for (std::int64_t c = part.col_begin; c < part.col_end; c += kWidth) {
    const std::int64_t cols = HWY_MIN(kWidth, part.col_end - c);
    switch (output.type) {
      case FP8ORACLE_BF16:
        DequantizeTile<Bf16>(call, output, part.row_begin, c, part.rows(), cols);
        break;
      case FP8ORACLE_F16:
        DequantizeTile<F16>(call, output, part.row_begin, c, part.rows(), cols);
        break;
      default: DequantizeTile<float>(call, output, part.row_begin, c, part.rows(), cols); break;
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fp8oracle::cpu {

HWY_EXPORT(DequantizePart);

void dequantize(const ResolvedScheme& scheme, const fp8oracle_dequantize_args& args) {
  const auto direction = static_cast<fp8oracle_direction>(scheme.directions);
  const std::int64_t rows = args.output.rows;
  const std::int64_t cols = args.output.cols;
  if (rows == 0 || cols == 0) return;

  DequantizeCall call;
  call.rule = decode_rule(scheme.format);
  call.codes = static_cast<const std::uint8_t*>(args.pair.codes.data);
  call.scales.rowwise = direction == FP8ORACLE_ROWWISE;
  call.transposed = codes_shape(scheme, direction, rows, cols).transposed;
  if (scheme.grid.scale_is_given()) {
    call.scale_inv = load_scalar(args.pair.scale_inv);
  } else {
    call.scales.codes = static_cast<const std::uint8_t*>(args.pair.scale_inv.data);
    call.scales.layout = scale_layout(scheme, direction, rows, cols);
  }
  const Shards shards = band_shards(rows, cols);
  parallel_for(shards.count(), rows * cols, [&](std::int64_t i) {
    HWY_DYNAMIC_DISPATCH(DequantizePart)(call, args.output, shards.at(i));
  });
}

}  // namespace fp8oracle::cpu
#endif  // HWY_ONCE
