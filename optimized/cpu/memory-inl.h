// SPDX-License-Identifier: Apache-2.0
// Loading inputs as FP32, storing results, and magnitudes, for the target that is being compiled.
#if defined(FP8ORACLE_CPU_MEMORY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FP8ORACLE_CPU_MEMORY_INL_H_
#undef FP8ORACLE_CPU_MEMORY_INL_H_
#else
#define FP8ORACLE_CPU_MEMORY_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "codec-inl.h"
#include "element_types.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

using DHalf = hn::Rebind<std::uint16_t, DI>;
inline constexpr DHalf kHalf;

// ---- Loads: kLanes elements widened to FP32, exact ----

HWY_INLINE VF LoadFloat(const float* from) { return hn::LoadU(kF, from); }

HWY_INLINE VF LoadFloat(const Bf16* from) {
  const auto bits = hn::LoadU(kHalf, reinterpret_cast<const std::uint16_t*>(from));
  return hn::BitCast(kF, hn::ShiftLeft<16>(hn::PromoteTo(kU, bits)));
}

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
HWY_INLINE VF LoadFloat(const F16* from) {
  const hn::Rebind<hwy::float16_t, DF> d;
  return hn::PromoteTo(kF, hn::LoadU(d, reinterpret_cast<const hwy::float16_t*>(from)));
}
#else
// Without the F16C instructions: rebias the exponent; a subnormal is a count of 2^-24; Inf and NaN
// get the highest exponent.
HWY_INLINE VF LoadFloat(const F16* from) {
  const auto half = hn::LoadU(kHalf, reinterpret_cast<const std::uint16_t*>(from));
  const VI bits = hn::BitCast(kI, hn::PromoteTo(kU, half));
  const VI magnitude = hn::And(bits, hn::Set(kI, 0x7FFF));
  const VI sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(kI, 0x8000)));
  const VI normal = hn::Add(hn::ShiftLeft<13>(magnitude), hn::Set(kI, (127 - 15) << 23));
  const VI subnormal =
      hn::BitCast(kI, hn::Mul(hn::ConvertTo(kF, magnitude), hn::Set(kF, 0x1p-24f)));
  VI value = hn::IfThenElse(hn::Lt(magnitude, hn::Set(kI, 0x0400)), subnormal, normal);
  const VI special = hn::Or(hn::ShiftLeft<13>(magnitude), hn::Set(kI, kFloatInfBits));
  value = hn::IfThenElse(hn::Gt(magnitude, hn::Set(kI, 0x7BFF)), special, value);
  return hn::BitCast(kF, hn::Or(value, sign));
}
#endif

// ---- Magnitudes ----

/// max(amax, |x|) on bits. nan_limit: Inf drops NaNs, the largest integer lets them win [K12].
HWY_INLINE VI MaxMagnitude(VI amax, VF x, VI nan_limit) {
  const VI magnitude = hn::And(hn::BitCast(kI, x), hn::Set(kI, kFloatMagnitude));
  return hn::Max(amax, hn::IfThenZeroElse(hn::Gt(magnitude, nan_limit), magnitude));
}

HWY_INLINE VI NanLimit(bool propagate) {
  return hn::Set(kI, propagate ? kFloatMagnitude : kFloatInfBits);
}

// ---- Stores ----

/// One unit (64 codes); codes_at(i) gives the i-th vector of them. `stream` asks for stores that
/// pass the caches by and needs an aligned `to`.
template <class CodesAt>
HWY_INLINE void StoreUnit(std::uint8_t* to, bool stream, const CodesAt& codes_at) {
  constexpr std::int64_t kBytes = 4 * kLanes;
  if (stream) {
    for (std::int64_t i = 0; i < kUnit / kBytes; ++i) StreamCodes(codes_at(i), to + i * kBytes);
  } else {
    for (std::int64_t i = 0; i < kUnit / kBytes; ++i) StoreCodes(codes_at(i), to + i * kBytes);
  }
}

inline bool IsUnitAligned(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) % kUnit == 0;
}

// ---- FP32 to the output's type, one rounding to even ----

HWY_INLINE void StoreFloat(VF y, float* to) { hn::StoreU(y, kF, to); }

HWY_INLINE void StoreFloat(VF y, Bf16* to) {
  const VI bits = hn::BitCast(kI, y);
  const VI lsb =
      hn::And(hn::BitCast(kI, hn::ShiftRight<16>(hn::BitCast(kU, bits))), hn::Set(kI, 1));
  const VI rounded = hn::Add(bits, hn::Add(hn::Set(kI, 0x7FFF), lsb));
  const VI magnitude = hn::And(bits, hn::Set(kI, kFloatMagnitude));
  const auto is_nan = hn::Gt(magnitude, hn::Set(kI, kFloatInfBits));
  const VI result = hn::IfThenElse(is_nan, hn::Set(kI, 0x7FC00000), rounded);
  const auto high = hn::ShiftRight<16>(hn::BitCast(kU, result));
  hn::StoreU(hn::DemoteTo(kHalf, hn::BitCast(kI, high)), kHalf,
             reinterpret_cast<std::uint16_t*>(to));
}

/// The quantum method of the codec: above 2^-14 the rounding is an integer one on the bits; below
/// it adding 2^-1 leaves a count of 2^-24 in the low bits.
HWY_INLINE void StoreFloat(VF y, F16* to) {
  const VI bits = hn::BitCast(kI, y);
  const VI magnitude = hn::And(bits, hn::Set(kI, kFloatMagnitude));
  const VI sign =
      hn::And(hn::BitCast(kI, hn::ShiftRight<16>(hn::BitCast(kU, bits))), hn::Set(kI, 0x8000));
  const VI lsb = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(kI, 1));
  const VI rounded = hn::Add(magnitude, hn::Add(hn::Set(kI, 0x0FFF - ((127 - 15) << 23)), lsb));
  const VI normal = hn::Min(hn::ShiftRight<13>(rounded), hn::Set(kI, 0x7C00));
  const VF sum = hn::Add(hn::BitCast(kF, magnitude), hn::Set(kF, 0.5f));
  const VI subnormal = hn::Sub(hn::BitCast(kI, sum), hn::BitCast(kI, hn::Set(kF, 0.5f)));
  const auto is_subnormal = hn::Lt(magnitude, hn::Set(kI, (127 - 14) << 23));
  VI result = hn::IfThenElse(is_subnormal, subnormal, normal);
  result =
      hn::IfThenElse(hn::Gt(magnitude, hn::Set(kI, kFloatInfBits)), hn::Set(kI, 0x7E00), result);
  result = hn::Or(result, sign);
  hn::StoreU(hn::DemoteTo(kHalf, result), kHalf, reinterpret_cast<std::uint16_t*>(to));
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard of each target
