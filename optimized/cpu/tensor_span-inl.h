// SPDX-License-Identifier: Apache-2.0
// One run of elements with one scale, for the Highway target that is being compiled.
#if defined(FP8ORACLE_CPU_TENSOR_SPAN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FP8ORACLE_CPU_TENSOR_SPAN_INL_H_
#undef FP8ORACLE_CPU_TENSOR_SPAN_INL_H_
#else
#define FP8ORACLE_CPU_TENSOR_SPAN_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "codec-inl.h"
#include "hwy/highway.h"
#include "memory-inl.h"
#include "tensor_cast.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

/// codes = cast_P(RN(x * factor)) (or RN(x / factor)) and the running amax.
template <bool kPlain>
class TensorKernel {
 public:
  explicit HWY_INLINE TensorKernel(const TensorCast& cast)
      : codec_(cast.rule),
        factor_(hn::Set(kF, cast.factor)),
        nan_limit_(NanLimit(cast.propagate_nan)),
        amax_(hn::Zero(kI)),
        divide_(cast.divide) {}

  template <class T>
  HWY_INLINE void Unit(const T* HWY_RESTRICT in, std::uint8_t* HWY_RESTRICT out, bool stream) {
    StoreUnit(out, stream, [&](std::int64_t i) HWY_ATTR {
      const T* const from = in + i * 4 * kLanes;
      return codec_.EncodeFour(Next(from), Next(from + kLanes), Next(from + 2 * kLanes),
                               Next(from + 3 * kLanes));
    });
  }

  /// Fewer than 64 elements, through a padded copy: nothing outside of the run is touched.
  template <class T>
  HWY_INLINE void Partial(const T* HWY_RESTRICT in, std::uint8_t* HWY_RESTRICT out,
                          std::int64_t n) {
    alignas(64) T elements[kUnit] = {};
    alignas(64) std::uint8_t codes[kUnit];
    std::memcpy(elements, in, static_cast<std::size_t>(n) * sizeof(T));
    Unit(elements, codes, false);
    std::memcpy(out, codes, static_cast<std::size_t>(n));
  }

  HWY_INLINE std::int32_t AmaxBits() const { return hn::GetLane(hn::MaxOfLanes(kI, amax_)); }

 private:
  template <class T>
  HWY_INLINE VF Next(const T* from) {
    const VF x = LoadFloat(from);
    amax_ = MaxMagnitude(amax_, x, nan_limit_);
    if constexpr (!kPlain) {
      if (divide_) return Codec<kPlain>::WithSignOfNan(hn::Div(x, factor_), x);
    }
    return Codec<kPlain>::WithSignOfNan(hn::Mul(x, factor_), x);
  }

  Codec<kPlain> codec_;
  VF factor_;
  VI nan_limit_, amax_;
  bool divide_;
};

template <bool kPlain, class T>
HWY_NOINLINE std::int32_t QuantizeRun(const T* in, std::uint8_t* out, std::int64_t n,
                                      const TensorCast& cast) {
  TensorKernel<kPlain> kernel(cast);
  std::int64_t i = 0;
  const bool stream = cast.stream && n >= 2 * kUnit;
  if (stream) {
    i = static_cast<std::int64_t>(-reinterpret_cast<std::uintptr_t>(out) % kUnit);
    if (i > 0) kernel.Partial(in, out, i);
  }
  for (; i + kUnit <= n; i += kUnit) kernel.Unit(in + i, out + i, stream);
  if (i < n) kernel.Partial(in + i, out + i, n - i);
  return kernel.AmaxBits();
}

/// n elements of `type`, the first one `offset` elements behind `base`; returns the bits of their
/// amax.
inline HWY_ATTR std::int32_t QuantizeTensorRun(fp8oracle_type type, const void* base,
                                               std::int64_t offset, std::uint8_t* out,
                                               std::int64_t n, const TensorCast& cast) {
  const bool plain = cast.rule.plain && !cast.divide;
  switch (type) {
    case FP8ORACLE_BF16: {
      const auto* const in = static_cast<const Bf16*>(base) + offset;
      return plain ? QuantizeRun<true>(in, out, n, cast) : QuantizeRun<false>(in, out, n, cast);
    }
    case FP8ORACLE_F16: {
      const auto* const in = static_cast<const F16*>(base) + offset;
      return plain ? QuantizeRun<true>(in, out, n, cast) : QuantizeRun<false>(in, out, n, cast);
    }
    default: {
      const auto* const in = static_cast<const float*>(base) + offset;
      return plain ? QuantizeRun<true>(in, out, n, cast) : QuantizeRun<false>(in, out, n, cast);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard of each target
