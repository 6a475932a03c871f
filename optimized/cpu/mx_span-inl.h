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
#include "e8m0-inl.h"
#include "e8m0.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "memory-inl.h"
#include "mx_cast.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR
/// Lane i of the result is the largest lane of rows[i]; overwrites rows. Each round halves both the
/// number of vectors and the lanes that are still to be compared.
HWY_INLINE VI MaxOfEach(VI (&rows)[kLanes]) {
  for (std::int64_t n = kLanes / 2; n > 0; n /= 2) {
    for (std::int64_t i = 0; i < n; ++i) {
      const VI a = rows[2 * i];
      const VI b = rows[2 * i + 1];
      rows[i] = hn::Max(hn::ConcatEven(kI, b, a), hn::ConcatOdd(kI, b, a));
    }
  }
  return rows[0];
}
#endif

template <bool kPlain>
class MxRowKernel {
 public:
  explicit HWY_INLINE MxRowKernel(const MxCast& cast)
      : codec_(cast.rule), e8m0_(cast.e8m0), nan_limit_(NanLimit(cast.e8m0.propagate_nan)) {}

#if HWY_TARGET != HWY_SCALAR
  /// kBlocks <= kLanes blocks: their scales are computed together, a block a lane. The elements are
  /// read twice, the second time from the first cache, which leaves the memory idle: the elements
  /// at `ahead` are fetched meanwhile.
  template <std::int64_t kBlocks, class T>
  HWY_INLINE void Group(const T* HWY_RESTRICT in, std::uint8_t* HWY_RESTRICT out,
                        std::uint8_t* HWY_RESTRICT scale_inv, bool stream, const T* ahead) const {
    VI amax[kLanes];
    for (std::int64_t b = 0; b < kBlocks; ++b) amax[b] = LanesAmax(in + b * kMxBlock);
    for (std::int64_t b = kBlocks; b < kLanes; ++b) amax[b] = hn::Zero(kI);
    const VI codes = E8m0Codes(e8m0_, MaxOfEach(amax));
    const hn::Rebind<std::uint8_t, DI> d8;
    std::uint8_t scales[kLanes];
    hn::StoreU(hn::DemoteTo(d8, codes), d8, scales);
    std::memcpy(scale_inv, scales, kBlocks);
    alignas(64) float factors[kLanes];
    hn::Store(E8m0Reciprocals(codes), kF, factors);
    for (std::int64_t i = 0; i < kBlocks * kMxBlock; i += kUnit) {
      for (std::size_t b = 0; b < kUnit * sizeof(T); b += 64) {
        hwy::Prefetch(reinterpret_cast<const char*>(ahead + i) + b);
      }
      const VF factor[2] = {hn::Set(kF, factors[i / kMxBlock]),
                            hn::Set(kF, factors[i / kMxBlock + 1])};
      EncodeUnit(in + i, out + i, factor, stream);
    }
  }
#endif

  /// Two blocks.
  template <class T>
  HWY_INLINE void Unit(const T* HWY_RESTRICT in, std::uint8_t* HWY_RESTRICT out,
                       std::uint8_t* HWY_RESTRICT scale_inv, bool stream) const {
    const VF factor[2] = {Scale(in, scale_inv), Scale(in + kMxBlock, scale_inv + 1)};
    EncodeUnit(in, out, factor, stream);
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
    std::memcpy(scale_inv, scales, n > kMxBlock ? 2 : 1);
  }

 private:
  template <class T>
  HWY_INLINE void EncodeUnit(const T* HWY_RESTRICT in, std::uint8_t* HWY_RESTRICT out,
                             const VF (&factor)[2], bool stream) const {
    StoreUnit(out, stream, [&](std::int64_t i) HWY_ATTR {
      const auto scaled = [&](std::int64_t lane) HWY_ATTR {
        return Codec<kPlain>::MxProduct(LoadFloat(in + lane), factor[lane / kMxBlock]);
      };
      const std::int64_t lane = i * 4 * kLanes;
      return codec_.EncodeFour(scaled(lane), scaled(lane + kLanes), scaled(lane + 2 * kLanes),
                               scaled(lane + 3 * kLanes));
    });
  }

  // The largest magnitude of a block that falls into each lane.
  template <class T>
  HWY_INLINE VI LanesAmax(const T* HWY_RESTRICT in) const {
    VI amax = hn::Zero(kI);
    for (std::int64_t i = 0; i < kMxBlock; i += kLanes) {
      amax = MaxMagnitude(amax, LoadFloat(in + i), nan_limit_);
    }
    return amax;
  }

  // Writes the block's code and returns its exact reciprocal.
  template <class T>
  HWY_INLINE VF Scale(const T* HWY_RESTRICT in, std::uint8_t* HWY_RESTRICT scale_inv) const {
    const std::int32_t code = e8m0_code(e8m0_, hn::GetLane(hn::MaxOfLanes(kI, LanesAmax(in))));
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
#if HWY_TARGET != HWY_SCALAR
  constexpr std::int64_t kGroup = kLanes * kMxBlock;
  constexpr std::int64_t kAhead = 4096 / sizeof(T);
  for (; i + kGroup <= n; i += kGroup) {
    const T* const ahead = in + (i + kAhead + kGroup <= n ? i + kAhead : i);
    kernel.template Group<kLanes>(in + i, out + i, scale_inv + i / kMxBlock, stream, ahead);
  }
  if (kLanes > 4 && i + kGroup / 2 <= n) {
    kernel.template Group<kLanes / 2>(in + i, out + i, scale_inv + i / kMxBlock, stream, in + i);
    i += kGroup / 2;
  }
#endif
  for (; i + kUnit <= n; i += kUnit) kernel.Unit(in + i, out + i, scale_inv + i / kMxBlock, stream);
  if (i < n) kernel.Partial(in + i, out + i, scale_inv + i / kMxBlock, n - i);
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
    run(in, codes, to.scale_inv + to.layout.index(row, col / kMxBlock), n, cast);
    return;
  }
  for (std::int64_t i = 0; i < n; i += kPiece) {
    std::uint8_t scales[kPiece / kMxBlock];
    const std::int64_t length = HWY_MIN(kPiece, n - i);
    run(in + i, codes + i, scales, length, cast);
    for (std::int64_t b = 0; b * kMxBlock < length; ++b) {
      to.scale_inv[to.layout.index(row, (col + i) / kMxBlock + b)] = scales[b];
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard of each target
