// SPDX-License-Identifier: Apache-2.0
// From scaled FP32 values to codes, for the Highway target that is being compiled.
#if defined(FP8ORACLE_CPU_CODEC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FP8ORACLE_CPU_CODEC_INL_H_
#undef FP8ORACLE_CPU_CODEC_INL_H_
#else
#define FP8ORACLE_CPU_CODEC_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "element_rule.h"
#include "element_types.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// At most 16 lanes: one vector never spans more than one half of a 32-element block.
using DF = hn::CappedTag<float, 16>;
using DI = hn::RebindToSigned<DF>;
using DU = hn::RebindToUnsigned<DF>;
using VF = hn::Vec<DF>;
using VI = hn::Vec<DI>;

inline constexpr DF kF;
inline constexpr DI kI;
inline constexpr DU kU;
inline constexpr std::int64_t kLanes = hn::MaxLanes(DF());
/// Elements that one call of a unit function handles: one cache line of codes.
inline constexpr std::int64_t kUnit = 64;

// ---- Codes: the bytes of four vectors of 32-bit lanes, in order ----

#if HWY_TARGET == HWY_SCALAR

struct Codes {
  std::uint8_t code[4];
};

HWY_INLINE Codes PackCodes(VI c0, VI c1, VI c2, VI c3) {
  return {{static_cast<std::uint8_t>(hn::GetLane(c0)), static_cast<std::uint8_t>(hn::GetLane(c1)),
           static_cast<std::uint8_t>(hn::GetLane(c2)), static_cast<std::uint8_t>(hn::GetLane(c3))}};
}
HWY_INLINE Codes LoadCodes(const std::uint8_t* from) {
  return {{from[0], from[1], from[2], from[3]}};
}
HWY_INLINE void StoreCodes(Codes codes, std::uint8_t* to) { std::memcpy(to, codes.code, 4); }
HWY_INLINE void StreamCodes(Codes codes, std::uint8_t* to) { StoreCodes(codes, to); }

#else

using DB = hn::Repartition<std::uint8_t, DF>;
using Codes = hn::Vec<DB>;

/// Each lane holds 0...255.
HWY_INLINE Codes PackCodes(VI c0, VI c1, VI c2, VI c3) {
  // Within each 128-bit block: 16-bit lanes [c0 c1] and [c2 c3]; the second moves to the odd bytes.
  const hn::Repartition<std::int16_t, DF> d16;
  const auto low = hn::ReorderDemote2To(d16, c0, c1);
  const auto high = hn::ReorderDemote2To(d16, c2, c3);
  const Codes mixed = hn::BitCast(DB(), hn::Or(low, hn::ShiftLeft<8>(high)));
  alignas(16) static constexpr std::uint8_t kUnmix[16] = {0, 2, 4, 6, 8, 10, 12, 14,
                                                          1, 3, 5, 7, 9, 11, 13, 15};
  const Codes blocks = hn::TableLookupBytes(mixed, hn::LoadDup128(DB(), kUnmix));
  if constexpr (kLanes == 4) {
    return blocks;
  } else {
    // 32-bit lane v of block k holds four codes of c_v: gather the blocks of each c_v.
    alignas(64) static constexpr std::int32_t kOrder8[8] = {0, 4, 1, 5, 2, 6, 3, 7};
    alignas(64) static constexpr std::int32_t kOrder16[16] = {0, 4, 8,  12, 1, 5, 9,  13,
                                                              2, 6, 10, 14, 3, 7, 11, 15};
    const auto order = hn::SetTableIndices(kI, kLanes == 8 ? kOrder8 : kOrder16);
    return hn::BitCast(DB(), hn::TableLookupLanes(hn::BitCast(kI, blocks), order));
  }
}
HWY_INLINE Codes LoadCodes(const std::uint8_t* from) { return hn::LoadU(DB(), from); }
HWY_INLINE void StoreCodes(Codes codes, std::uint8_t* to) { hn::StoreU(codes, DB(), to); }
/// Passes the caches by; `to` is aligned.
HWY_INLINE void StreamCodes(Codes codes, std::uint8_t* to) { hn::Stream(codes, DB(), to); }

#endif

/// The constants of an ElementRule in registers. kPlain: the rule is plain().
template <bool kPlain>
class Codec {
 public:
  explicit HWY_INLINE Codec(const ElementRule& rule)
      : rule_(rule),
        emin_(hn::Set(kI, rule.emin_bits)),
        max_(hn::Set(kI, rule.max_bits)),
        magic_(hn::Set(kI, rule.magic)),
        nan_(hn::Set(kI, rule.nan_code)) {}

  /// cast_P(y) in 32-bit lanes: one rounding, ties to even [K10, K11].
  HWY_INLINE VI Encode(VF y) const {
    const VI bits = hn::BitCast(kI, y);
    const VI magnitude = hn::And(bits, hn::Set(kI, kFloatMagnitude));
    const VI is_nan_above = hn::Set(kI, kFloatInfBits);
    // As integers: a NaN becomes the largest value here and its own code below.
    const VI clamped = hn::Min(magnitude, max_);
    const VI exponent = hn::And(hn::Max(clamped, emin_), is_nan_above);
    const VF sum = hn::Add(hn::BitCast(kF, clamped), hn::BitCast(kF, hn::Add(exponent, magic_)));
    const VI field =
        hn::BitCast(kI, hn::ShiftRightSame(hn::BitCast(kU, exponent), rule_.code_shift));
    const VI code = hn::And(hn::Add(hn::BitCast(kI, sum), field), hn::Set(kI, 0x7F));
    const VI sign =
        hn::And(hn::BitCast(kI, hn::ShiftRight<24>(hn::BitCast(kU, bits))), hn::Set(kI, 0x80));
    if constexpr (kPlain) {
      return hn::IfThenElse(hn::Gt(magnitude, is_nan_above), nan_, hn::Or(code, sign));
    } else {
      return Exceptions(magnitude, code, sign);
    }
  }

  /// The product of x, where a NaN has the sign of x; a plain rule does not look at it [K11].
  static HWY_INLINE VF WithSignOfNan(VF product, VF x) {
    if constexpr (kPlain) return product;
    return hn::IfThenElse(hn::IsNaN(product), hn::CopySign(product, x), product);
  }

  /// x * factor of an MX block; a factor that is NaN, without a sign, hides that of x.
  static HWY_INLINE VF MxProduct(VF x, VF factor) {
    const VF product = hn::Mul(x, factor);
    if constexpr (kPlain) return product;
    return hn::IfThenElse(hn::IsNaN(factor), factor, WithSignOfNan(product, x));
  }

  HWY_INLINE Codes EncodeFour(VF y0, VF y1, VF y2, VF y3) const {
    return PackCodes(Encode(y0), Encode(y1), Encode(y2), Encode(y3));
  }

 private:
  HWY_INLINE VI Exceptions(VI magnitude, VI code, VI sign) const {
    const VI inf = hn::Set(kI, kFloatInfBits);
    const VI kept = hn::IfThenZeroElse(hn::Lt(code, hn::Set(kI, rule_.smallest_code)), code);
    const VI zero_sign = hn::And(sign, hn::Set(kI, rule_.zero_sign));
    const VI finite = hn::Or(kept, hn::IfThenElse(hn::Eq(kept, hn::Zero(kI)), zero_sign, sign));
    const VI overflow = WithSign(rule_.overflow_code, rule_.overflow_sign, sign);
    const VI infinite = WithSign(rule_.inf_code, rule_.inf_sign, sign);
    const VI nan = WithSign(rule_.nan_code, rule_.nan_sign, sign);
    VI result =
        hn::IfThenElse(hn::Lt(magnitude, hn::Set(kI, rule_.overflow_from)), finite, overflow);
    result = hn::IfThenElse(hn::Eq(magnitude, inf), infinite, result);
    return hn::IfThenElse(hn::Gt(magnitude, inf), nan, result);
  }

  static HWY_INLINE VI WithSign(std::int32_t code, std::int32_t mask, VI sign) {
    return hn::Or(hn::Set(kI, code), hn::And(sign, hn::Set(kI, mask)));
  }

  ElementRule rule_;
  VI emin_, max_, magic_, nan_;
};

/// From codes to values, exact.
class Decoder {
 public:
  explicit HWY_INLINE Decoder(const DecodeRule& rule) : rule_(rule) {}

  /// kLanes codes at `codes`.
  HWY_INLINE VF Decode(const std::uint8_t* codes) const {
    const hn::Rebind<std::uint8_t, DI> d8;
    const VI code = hn::PromoteTo(kI, hn::LoadU(d8, codes));
    const VI magnitude = hn::And(code, hn::Set(kI, 0x7F));
    const VI sign = hn::ShiftLeft<24>(hn::And(code, hn::Set(kI, 0x80)));
    const VI shifted =
        hn::BitCast(kI, hn::ShiftLeftSame(hn::BitCast(kU, magnitude), rule_.code_shift));
    const VF normal = hn::BitCast(kF, hn::Add(shifted, hn::Set(kI, rule_.rebias)));
    const VF subnormal =
        hn::Mul(hn::ConvertTo(kF, magnitude), hn::Set(kF, rule_.subnormal_quantum));
    const auto is_subnormal = hn::Lt(magnitude, hn::Set(kI, 1 << rule_.mantissa_bits));
    VI value = hn::IfThenElse(is_subnormal, hn::BitCast(kI, subnormal), hn::BitCast(kI, normal));
    const VI special = hn::IfThenElse(hn::Eq(magnitude, hn::Set(kI, rule_.inf_code)),
                                      hn::Set(kI, kFloatInfBits), hn::Set(kI, 0x7FC00000));
    value = hn::IfThenElse(hn::Gt(magnitude, hn::Set(kI, rule_.max_code)), special, value);
    value = hn::Or(value, sign);
    // With fnuz false no code equals 0x100.
    const VI lone_nan = hn::Set(kI, rule_.fnuz ? 0x80 : 0x100);
    return hn::BitCast(kF, hn::IfThenElse(hn::Eq(code, lone_nan), hn::Set(kI, 0x7FC00000), value));
  }

 private:
  DecodeRule rule_;
};

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard of each target
