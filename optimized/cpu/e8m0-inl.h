// SPDX-License-Identifier: Apache-2.0
// E8M0 scales for many blocks at once, for the Highway target that is being compiled.
#if defined(FP8ORACLE_CPU_E8M0_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FP8ORACLE_CPU_E8M0_INL_H_
#undef FP8ORACLE_CPU_E8M0_INL_H_
#else
#define FP8ORACLE_CPU_E8M0_INL_H_
#endif

#include "codec-inl.h"
#include "e8m0.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

/// e8m0_code() of e8m0.h for one block a lane.
HWY_INLINE VI E8m0Codes(const E8m0Rule& rule, VI amax_bits) {
  const VI v = hn::BitCast(kI, hn::Mul(hn::BitCast(kF, amax_bits), hn::Set(kF, rule.factor)));
  // Logical shift: v + add may pass 2^31 when the product is Inf.
  const auto raised = hn::BitCast(kU, hn::Add(v, hn::Set(kI, rule.add)));
  VI code = hn::Sub(hn::BitCast(kI, hn::ShiftRight<23>(raised)), hn::Set(kI, rule.subtract));
  code = hn::Min(hn::Max(code, hn::Zero(kI)), hn::Set(kI, kE8m0Largest));
  code = hn::IfThenElse(hn::Gt(v, hn::Set(kI, rule.zero_upto)), code, hn::Zero(kI));
  code = hn::IfThenElse(hn::Eq(amax_bits, hn::Zero(kI)), hn::Set(kI, rule.of_zero), code);
  code =
      hn::IfThenElse(hn::Lt(amax_bits, hn::Set(kI, rule.inf_from)), code, hn::Set(kI, rule.of_inf));
  const auto is_nan = hn::Gt(amax_bits, hn::Set(kI, kFloatInfBits));
  return hn::IfThenElse(is_nan, hn::Set(kI, kE8m0Nan), code);
}

/// 2^(127 - code): e8m0_reciprocal_bits().
HWY_INLINE VF E8m0Reciprocals(VI code) {
  const VI exponent = hn::ShiftLeft<23>(hn::Sub(hn::Set(kI, 254), code));
  const VI bits = hn::Max(exponent, hn::Set(kI, 0x00400000));
  const auto is_nan = hn::Eq(code, hn::Set(kI, kE8m0Nan));
  return hn::BitCast(kF, hn::IfThenElse(is_nan, hn::Set(kI, 0x7FC00000), bits));
}

/// 2^(code - 127): e8m0_value_bits().
HWY_INLINE VF E8m0Values(VI code) {
  const VI bits = hn::Max(hn::ShiftLeft<23>(code), hn::Set(kI, 0x00400000));
  const auto is_nan = hn::Eq(code, hn::Set(kI, kE8m0Nan));
  return hn::BitCast(kF, hn::IfThenElse(is_nan, hn::Set(kI, 0x7FC00000), bits));
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard of each target
