// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

namespace fp8oracle::mutants {
namespace {

std::uint8_t rounded(const ElementDecisions& e, float product, const Site& site) {
  const std::uint32_t bits = bits_of(e.before_rounding(product, site));
  const std::uint32_t absolute = bits & kAbsMask;
  const bool negative = bits != absolute;
  if (absolute > kInfBits) return e.nan(negative, site);
  const std::uint32_t sign = negative ? 0x80u : 0u;
  const std::uint32_t largest = e.largest(site);
  if (absolute == kInfBits) {
    if (e.inf_saturates(site)) return static_cast<std::uint8_t>(sign | largest);
    return e.overflow(negative, kInfinite, site);
  }
  if (absolute == 0) return e.zero(negative, true, site);
  const Format& f = site.format();
  const std::uint32_t code = magnitude_code(bits, f.mantissa_bits, 1 - f.bias, e.shift_right);
  if (code > largest) return e.overflow(negative, code, site);
  if (code == 0) return e.zero(negative, false, site);
  if (code < (1u << f.mantissa_bits)) return e.subnormal(negative, code, site);
  return static_cast<std::uint8_t>(sign | code);
}

}  // namespace

std::uint8_t encode(const ElementDecisions& e, float product, const Site& site) {
  return e.finish(rounded(e, product, site), site);
}

}  // namespace fp8oracle::mutants
