// SPDX-License-Identifier: Apache-2.0
// One run of 32-element blocks along a row, for the Highway target that is being compiled.
#if defined(FP8ORACLE_CPU_MX_SPAN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FP8ORACLE_CPU_MX_SPAN_INL_H_
#undef FP8ORACLE_CPU_MX_SPAN_INL_H_
#else
#define FP8ORACLE_CPU_MX_SPAN_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "codec-inl.h"
#include "e8m0.h"
#include "hwy/highway.h"
#include "memory-inl.h"
#include "mx_cast.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

inline constexpr std::int64_t kBlock = 32;

template <bool kPlain>
class MxRowKernel {
 public:
  explicit HWY_INLINE MxRowKernel(const MxCast& cast)
      : codec_(cast.rule), e8m0_(cast.e8m0), nan_limit_(NanLimit(cast.e8m0.propagate_nan)) {}

  /// Two blocks.
  template <class T>
  HWY_INLINE void Unit(const T* HWY_RESTRICT in, std::uint8_t* HWY_RESTRICT out,
                       std::uint8_t* HWY_RESTRICT scale_inv, bool stream) const {
    const VF factor[2] = {Scale(in, scale_inv), Scale(in + kBlock, scale_inv + 1)};
    StoreUnit(out, stream, [&](std::int64_t i) HWY_ATTR {
      const auto scaled = [&](std::int64_t lane) HWY_ATTR {
        return hn::Mul(LoadFloat(in + lane), factor[lane / kBlock]);
      };
      const std::int64_t lane = i * 4 * kLanes;
      return codec_.EncodeFour(scaled(lane), scaled(lane + kLanes), scaled(lane + 2 * kLanes),
                               scaled(lane + 3 * kLanes));
    });
  }

  /// Fewer than 64 elements, the last block perhaps partial: zeros never raise its amax.
  template <class T>
  HWY_INLINE void Partial(const T* HWY_RESTRICT in, std::uint8_t* HWY_RESTRICT out,
                          std::uint8_t* HWY_RESTRICT scale_inv, std::int64_t n) const {
    alignas(64) T elements[kUnit] = {};
    alignas(64) std::uint8_t codes[kUnit];
    std::uint8_t scales[2];
    std::memcpy(elements, in, static_cast<std::size_t>(n) * sizeof(T));
    Unit(elements, codes, scales, false);
    std::memcpy(out, codes, static_cast<std::size_t>(n));
    std::memcpy(scale_inv, scales, n > kBlock ? 2 : 1);
  }

 private:
  // Writes the block's code and returns its exact reciprocal.
  template <class T>
  HWY_INLINE VF Scale(const T* HWY_RESTRICT in, std::uint8_t* HWY_RESTRICT scale_inv) const {
    VI amax = hn::Zero(kI);
    for (std::int64_t i = 0; i < kBlock; i += kLanes) {
      amax = MaxMagnitude(amax, LoadFloat(in + i), nan_limit_);
    }
    const std::int32_t code = e8m0_code(e8m0_, hn::GetLane(hn::MaxOfLanes(kI, amax)));
    *scale_inv = static_cast<std::uint8_t>(code);
    return hn::BitCast(kF, hn::Set(kI, e8m0_reciprocal_bits(code)));
  }

  Codec<kPlain> codec_;
  E8m0Rule e8m0_;
  VI nan_limit_;
};

/// n elements of a row from a block's start; their ceil(n / 32) scales one after another.
template <bool kPlain, class T>
HWY_NOINLINE void QuantizeMxRun(const T* in, std::uint8_t* out, std::uint8_t* scale_inv,
                                std::int64_t n, const MxCast& cast) {
  const MxRowKernel<kPlain> kernel(cast);
  const bool stream = cast.stream && IsUnitAligned(out);
  std::int64_t i = 0;
  for (; i + kUnit <= n; i += kUnit) kernel.Unit(in + i, out + i, scale_inv + i / kBlock, stream);
  if (i < n) kernel.Partial(in + i, out + i, scale_inv + i / kBlock, n - i);
}

/// The same for one row of the tensor from column `col` on, the scales where the layout wants them.
template <class T>
HWY_INLINE void QuantizeMxRow(const T* in, std::int64_t row, std::int64_t col, std::int64_t cols,
                              std::int64_t n, const MxCast& cast) {
  constexpr std::int64_t kPiece = 4096;
  const auto run = cast.rule.plain ? &QuantizeMxRun<true, T> : &QuantizeMxRun<false, T>;
  const MxOutput& to = cast.rowwise;
  std::uint8_t* const codes = to.codes + row * cols + col;
  if (!to.layout.swizzled) {
    run(in, codes, to.scale_inv + to.layout.index(row, col / kBlock), n, cast);
    return;
  }
  for (std::int64_t i = 0; i < n; i += kPiece) {
    std::uint8_t scales[kPiece / kBlock];
    const std::int64_t length = HWY_MIN(kPiece, n - i);
    run(in + i, codes + i, scales, length, cast);
    for (std::int64_t b = 0; b * kBlock < length; ++b) {
      to.scale_inv[to.layout.index(row, (col + i) / kBlock + b)] = scales[b];
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard of each target
