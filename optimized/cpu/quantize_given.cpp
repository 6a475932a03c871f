// SPDX-License-Identifier: Apache-2.0
// Codes under a scale_inv that is given: per tensor and MX, one direction after the other, in tiles
// of 64 rows x 256 columns, so that transposed codes are written a line at a time.
#include <cstdint>
#include <cstring>

#include "fp8oracle/layout.h"
#include "given_call.h"
#include "operations.h"
#include "scalars.h"
#include "shards.h"
#include "threads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "quantize_given.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "e8m0-inl.h"
#include "hwy/highway.h"
#include "memory-inl.h"
#include "transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

inline constexpr std::int64_t kGivenWidth = 256;

/// What `cols` elements of a row, at most 256, are multiplied by.
void FactorsOfRow(const GivenCall& call, std::int64_t row, std::int64_t col, std::int64_t cols,
                  float* factors) {
  alignas(64) std::uint8_t codes[kGivenWidth] = {};
  call.scales.of_row(row, col, cols, codes);
  const hn::Rebind<std::uint8_t, DI> d8;
  for (std::int64_t c = 0; c < kGivenWidth; c += kLanes)
    hn::Store(E8m0Reciprocals(hn::PromoteTo(kI, hn::LoadU(d8, codes + c))), kF, factors + c);
}

class GivenKernel {
 public:
  explicit HWY_INLINE GivenKernel(const GivenCall& call)
      : codec_(call.rule), divide_(call.divide), mx_(call.scales.codes != nullptr) {}

  /// A row of at most 256 elements.
  template <class T>
  HWY_INLINE void Row(const T* in, const float* factors, std::uint8_t* out, std::int64_t cols) {
    std::int64_t c = 0;
    for (; c + kUnit <= cols; c += kUnit) Unit(in + c, factors + c, out + c);
    if (c == cols) return;
    alignas(64) T last[kUnit] = {};
    alignas(64) std::uint8_t codes[kUnit];
    std::memcpy(last, in + c, static_cast<std::size_t>(cols - c) * sizeof(T));
    Unit(last, factors + c, codes);
    std::memcpy(out + c, codes, static_cast<std::size_t>(cols - c));
  }

 private:
  template <class T>
  HWY_INLINE void Unit(const T* in, const float* factors, std::uint8_t* out) {
    StoreUnit(out, false, [&](std::int64_t i) HWY_ATTR {
      const std::int64_t at = i * 4 * kLanes;
      return codec_.EncodeFour(Product(in + at, factors + at),
                               Product(in + at + kLanes, factors + at + kLanes),
                               Product(in + at + 2 * kLanes, factors + at + 2 * kLanes),
                               Product(in + at + 3 * kLanes, factors + at + 3 * kLanes));
    });
  }

  template <class T>
  HWY_INLINE VF Product(const T* from, const float* factors) const {
    const VF x = LoadFloat(from), factor = hn::Load(kF, factors);
    if (mx_) return Codec<false>::MxProduct(x, factor);
    return Codec<false>::WithSignOfNan(divide_ ? hn::Div(x, factor) : hn::Mul(x, factor), x);
  }

  Codec<false> codec_;
  bool divide_, mx_;
};

template <class T>
HWY_INLINE void GivenTile(const GivenCall& call, const fp8oracle_matrix& input,
                          const Rectangle& tile) {
  alignas(64) std::uint8_t codes[kUnit][kGivenWidth];
  alignas(64) float factors[kGivenWidth];
  for (float& factor : factors) factor = call.factor;
  GivenKernel kernel(call);
  for (std::int64_t r = tile.row_begin; r < tile.row_end; ++r) {
    // Columnwise scales change with each block of rows only.
    const bool new_scales = call.scales.rowwise || r == tile.row_begin || r % kMxBlock == 0;
    if (call.scales.codes != nullptr && new_scales)
      FactorsOfRow(call, r, tile.col_begin, tile.cols(), factors);
    const T* in = static_cast<const T*>(input.data.data) + r * input.row_stride + tile.col_begin;
    kernel.Row(
        in, factors,
        call.transposed ? codes[r - tile.row_begin] : call.codes + r * input.cols + tile.col_begin,
        tile.cols());
  }
  if (call.transposed) {
    TransposeBand(&codes[0][0], kGivenWidth,
                  call.codes + tile.col_begin * input.rows + tile.row_begin, input.rows,
                  tile.rows(), tile.cols(), false);
  }
}

void GivenPart(const GivenCall& call, const fp8oracle_matrix& input, const Rectangle& part) {
  for (std::int64_t c = part.col_begin; c < part.col_end; c += kGivenWidth) {
    const Rectangle tile{part.row_begin, part.row_end, c, HWY_MIN(c + kGivenWidth, part.col_end)};
    switch (input.type) {
      case FP8ORACLE_BF16: GivenTile<Bf16>(call, input, tile); break;
      case FP8ORACLE_F16: GivenTile<F16>(call, input, tile); break;
      default: GivenTile<float>(call, input, tile); break;
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fp8oracle::cpu {
namespace {

HWY_EXPORT(GivenPart);

GivenCall given_call(const ResolvedScheme& scheme, const fp8oracle_matrix& input,
                     fp8oracle_direction direction, const fp8oracle_pair& pair) {
  GivenCall call;
  call.rule = element_rule(scheme.format, scheme.knobs);
  call.codes = static_cast<std::uint8_t*>(pair.codes.data);
  call.scales.rowwise = direction == FP8ORACLE_ROWWISE;
  call.transposed = codes_shape(scheme, direction, input.rows, input.cols).transposed;
  if (scheme.grid.scale_is_given()) {
    const float scale_inv = load_scalar(pair.scale_inv);
    call.divide = scheme.knobs.product == FP8ORACLE_PRODUCT_X_OVER_SCALE_INV;
    call.factor = call.divide ? scale_inv : 1.0f / scale_inv;
  } else {
    call.scales.codes = static_cast<const std::uint8_t*>(pair.scale_inv.data);
    call.scales.layout = scale_layout(scheme, direction, input.rows, input.cols);
  }
  return call;
}

}  // namespace

void quantize_given(const ResolvedScheme& scheme, const fp8oracle_quantize_given_args& args) {
  const fp8oracle_matrix& input = args.input;
  if (input.rows == 0 || input.cols == 0) return;
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    if (!scheme.has(direction)) continue;
    const GivenCall call = given_call(
        scheme, input, direction, direction == FP8ORACLE_ROWWISE ? args.rowwise : args.columnwise);
    const Shards shards = band_shards(input.rows, input.cols);
    parallel_for(shards.count(), input.rows * input.cols, [&](std::int64_t i) {
      HWY_DYNAMIC_DISPATCH(GivenPart)(call, input, shards.at(i));
    });
  }
}

}  // namespace fp8oracle::cpu
#endif  // HWY_ONCE
