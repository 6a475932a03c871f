// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/knobs.h"

#include <algorithm>

namespace fp8oracle {

const std::vector<Knob>& knobs() {
  using K = Knobs;
  static const std::vector<Knob> list{
      {FP8ORACLE_KNOB_ELEMENT_OVERFLOW,
       "element.overflow",
       &K::element_overflow,
       {"saturate", "nan", "inf"}},
      {FP8ORACLE_KNOB_ELEMENT_INF, "element.inf", &K::element_inf, {"as overflow", "saturate"}},
      {FP8ORACLE_KNOB_ELEMENT_NAN,
       "element.nan_code",
       &K::element_nan,
       {"0x7F", "keep sign", "0x80", "any sign"}},
      {FP8ORACLE_KNOB_ELEMENT_NEGATIVE_ZERO,
       "element.negative_zero",
       &K::element_negative_zero,
       {"keep", "drop"}},
      {FP8ORACLE_KNOB_ELEMENT_SUBNORMALS,
       "element.subnormals",
       &K::element_subnormals,
       {"keep", "flush"}},
      {FP8ORACLE_KNOB_ELEMENT_MAX_CODE, "element.max", &K::element_max_code, {}},
      {FP8ORACLE_KNOB_PRODUCT, "product", &K::product, {"x*s", "x/r"}},
      {FP8ORACLE_KNOB_AMAX_NAN, "amax.nan", &K::amax_nan, {"drop", "propagate"}},
      {FP8ORACLE_KNOB_BLOCK_SPECIAL,
       "block.special",
       &K::block_special,
       {"by element", "whole block NaN"}},
      {FP8ORACLE_KNOB_E8M0_ROUND, "e8m0.round", &K::e8m0_round, {"up", "floor", "ceil", "even"}},
      {FP8ORACLE_KNOB_E8M0_OF_INF, "e8m0.of_inf", &K::e8m0_of_inf, {"254", "255"}},
      {FP8ORACLE_KNOB_E8M0_OF_ZERO, "e8m0.of_zero", &K::e8m0_of_zero, {"0", "127"}},
      {FP8ORACLE_KNOB_SCALE_OF_BAD_AMAX,
       "scale.of_bad_amax",
       &K::scale_of_bad_amax,
       {"1", "0", "keep"}},
      {FP8ORACLE_KNOB_SCALE_OVERFLOW,
       "scale.overflow",
       &K::scale_overflow,
       {"FLT_MAX", "largest of the input type", "Inf"}},
      {FP8ORACLE_KNOB_SCALE_POW2, "scale.pow2", &K::scale_pow2, {"no", "truncate"}},
      {FP8ORACLE_KNOB_SCALE_INV_SUBNORMALS,
       "scale_inv.subnormals",
       &K::scale_inv_subnormals,
       {"keep", "flush"}},
      {FP8ORACLE_KNOB_PADDING, "padding", &K::padding, {"unspecified", "zero"}},
      {FP8ORACLE_KNOB_SHAPES, "shapes", &K::shapes, {"any", "whole blocks"}},
      {FP8ORACLE_KNOB_MX_COLUMNWISE_CODES,
       "mx.columnwise_codes",
       &K::mx_columnwise_codes,
       {"same", "transposed"}},
  };
  return list;
}

KnobValues values_of(const Knobs& given) {
  KnobValues values{};
  for (const Knob& knob : knobs()) values.at(knob.id) = given.*knob.field;
  return values;
}

Knobs knobs_from(const fp8oracle_knobs& abi) {
  Knobs result;
  for (const Knob& knob : knobs()) {
    if (knob.id < abi.count) result.*knob.field = abi.values[knob.id];
  }
  return result;
}

std::optional<std::uint32_t> unknown_knob(const fp8oracle_knobs& abi) {
  for (auto id = static_cast<std::uint32_t>(knobs().size()); id < abi.count; ++id) {
    if (abi.values[id] != 0) return id;
  }
  return std::nullopt;
}

}  // namespace fp8oracle
